export interface Bounds {
  /** How many run at once. */
  atOnce: number;
  /** How many may wait for their turn. */
  waiting: number;
  /** Makes the error for whoever finds the queue full. */
  refuse: () => Error;
}

/** Runs work a few at a time, in order of arrival, and refuses at once what would have to wait too long. */
export function bounded({ atOnce, waiting, refuse }: Bounds): <T>(work: () => Promise<T>) => Promise<T> {
  const queue: (() => void)[] = [];
  let running = 0;

  return async (work) => {
    if (running < atOnce) running += 1;
    else if (queue.length < waiting) await new Promise<void>((turn) => queue.push(turn));
    else throw refuse();
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next)
        next(); // hands its place over, so that a newcomer cannot slip in between
      else running -= 1;
    }
  };
}
