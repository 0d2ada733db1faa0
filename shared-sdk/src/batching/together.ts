interface Waiting<I, O> {
  item: I;
  resolve(result: O): void;
  reject(error: unknown): void;
}

export interface TogetherOptions {
  /** Items of a group at the most. Default 100. */
  most?: number;
  /** Groups under way at once. Default 1. */
  flights?: number;
}

/**
 * Group commit by hand: items that arrive in one tick, or while as many groups as allowed are under way, are worked on
 * together. `work` returns one result an item, in their order; when it throws, every item of its group gets the error.
 */
export function together<I, O>(
  work: (items: I[]) => Promise<O[]>,
  { most = 100, flights = 1 }: TogetherOptions = {},
): (item: I) => Promise<O> {
  const waiting: Waiting<I, O>[] = [];
  let busy = 0;
  let scheduled = false;

  async function fly(): Promise<void> {
    const group = waiting.splice(0, most);
    try {
      const results = await work(group.map(({ item }) => item));
      for (const [index, { resolve }] of group.entries()) resolve(results[index] as O);
    } catch (error) {
      for (const { reject } of group) reject(error);
    } finally {
      busy--;
      depart();
    }
  }

  function depart(): void {
    scheduled = false;
    while (waiting.length > 0 && busy < flights) {
      busy++;
      void fly();
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (scheduled || busy >= flights) return;
      scheduled = true;
      setImmediate(depart); // what else arrives in this tick comes along
    });
}
