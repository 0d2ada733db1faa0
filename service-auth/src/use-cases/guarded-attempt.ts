import type { Attempt, Attempts } from './ports.js';

/** Counts the attempt, evaluates it, and takes the count back unless the answer was wrong. */
export async function guarded<T>(
  attempts: Attempts,
  attempt: Attempt,
  evaluate: () => Promise<T>,
): Promise<T> {
  await attempts.count(attempt);
  let wrong = false;
  try {
    const answer = await evaluate();
    wrong = !answer;
    return answer;
  } finally {
    if (!wrong) await attempts.uncount(attempt);
  }
}
