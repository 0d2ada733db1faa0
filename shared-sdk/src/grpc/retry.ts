import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../errors/index.js';

/**
 * Repeats while the other side is not there: with backoff and jitter, and within a budget. The budget keeps retries
 * to a tenth of the calls: when everything fails, repeating everything would only add to the load.
 */
export function retries({ most = 3, firstMs = 50, longestMs = 500, budget = 10 } = {}) {
  let tokens = budget;
  return async <T>(attempt: () => Promise<T>, until: number, signal?: AbortSignal): Promise<T> => {
    for (let tries = 1; ; tries++) {
      try {
        const result = await attempt();
        tokens = Math.min(budget, tokens + 0.1);
        return result;
      } catch (error) {
        const pause = Math.random() * Math.min(longestMs, firstMs * 2 ** (tries - 1));
        const again = isUnavailable(error) && tries < most && tokens >= 1 && Date.now() + pause < until;
        if (!again) throw error;
        tokens -= 1;
        await sleep(pause, undefined, { signal }).catch(() => {
          throw error; // given up while waiting
        });
      }
    }
  };
}

// Not every "unavailable" kind: a deadline that passed is one as well, and there is no time left for another try.
const isUnavailable = (error: unknown): boolean =>
  error instanceof AppError && (error.cause as { code?: number } | undefined)?.code === 14;
