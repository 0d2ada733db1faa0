import { setMaxListeners } from 'node:events';

/** A time-out that many calls share: one timer and one signal for all that begin together. */
export interface Patience {
  /** Aborted when the time is over. */
  signal: AbortSignal;
  /** What the call answers, or a rejection when the time is over, whether the call minds the signal or not. */
  within<T>(call: Promise<T>): Promise<T>;
  /** To be called when the calls have ended: a timer that goes on would hold all that they knew. */
  end(): void;
}

export function patience(seconds: number): Patience {
  const controller = new AbortController();
  const { signal } = controller;
  setMaxListeners(0, signal); // hundreds of calls may listen, and that is no leak
  const over = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  over.catch(() => {}); // nobody may be waiting any more
  const timer = setTimeout(() => controller.abort(new Error('no answer in time')), seconds * 1000);
  return {
    signal,
    within: (call) => Promise.race([call, over]),
    end: () => clearTimeout(timer),
  };
}
