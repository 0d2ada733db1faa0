export interface Bounds {
  /** How many run at once, of all lines together. */
  atOnce: number;
  /** How many may wait for their turn in each line. */
  waiting: number;
  /** Makes the error for whoever finds their line full. */
  refuse: () => Error;
}

export type Line = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Runs work a few at a time, and refuses at once what would have to wait too long. Each call of the result opens a line:
 * within one it goes by arrival, and the lines take turns, so that a crowd in one does not hold up another.
 */
export function bounded({ atOnce, waiting, refuse }: Bounds): () => Line {
  const lines: (() => void)[][] = [];
  let running = 0;

  function freePlace(): void {
    const at = lines.findIndex((line) => line.length > 0);
    const [line] = at < 0 ? [] : lines.splice(at, 1);
    if (!line) {
      running -= 1;
      return;
    }
    lines.push(line); // behind the others, whose turn it is now
    line.shift()?.(); // hands the place over, so that a newcomer cannot slip in between
  }

  return () => {
    const line: (() => void)[] = [];
    lines.push(line);
    return async (work) => {
      if (running < atOnce) running += 1;
      else if (line.length < waiting) await new Promise<void>((turn) => line.push(turn));
      else throw refuse();
      try {
        return await work();
      } finally {
        freePlace();
      }
    };
  };
}
