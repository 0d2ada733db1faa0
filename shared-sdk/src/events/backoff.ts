import { setTimeout as sleep } from 'node:timers/promises';

/** Waits `first` ms, twice that, … at the most `most`, each a little shorter or longer; ends early with the signal. */
export function backoff({ first, most }: { first: number; most: number }) {
  let next = first;
  return {
    async wait(signal?: AbortSignal): Promise<void> {
      const ms = next * (0.75 + Math.random() / 2);
      next = Math.min(next * 2, most);
      await sleep(ms, undefined, { signal, ref: true }).catch(() => {});
    },
    reset() {
      next = first;
    },
  };
}
