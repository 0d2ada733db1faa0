import type { Logger } from '../logging/index.js';

export interface Step {
  name: string;
  run(): unknown;
  /** What it has for itself; what the steps before it have not used of theirs comes on top. */
  timeoutMs: number;
}

/**
 * Runs the steps one after another, all of them within the sum of their times. A step that fails or takes too long is
 * logged and left behind: whatever follows it still deserves its orderly end. Tells whether all went well.
 */
export async function stopInOrder(steps: Step[], logger: Logger): Promise<boolean> {
  let orderly = true;
  let end = performance.now();
  for (const step of steps) {
    const begun = performance.now();
    end += step.timeoutMs;
    try {
      await withTimeout({ ...step, timeoutMs: Math.max(step.timeoutMs, end - begun) });
      logger.debug({ step: step.name, ms: Math.round(performance.now() - begun) }, 'stopped');
    } catch (err) {
      orderly = false;
      logger.error({ step: step.name, err }, 'did not stop in order');
    }
  }
  return orderly;
}

async function withTimeout({ name, run, timeoutMs }: Step): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${name} took more than ${Math.round(timeoutMs)} ms`)),
      timeoutMs,
    );
  });
  try {
    await Promise.race([run(), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
