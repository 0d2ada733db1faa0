import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from './problem.js';
import type { Supervised } from './supervise.js';

const withinMs = 60_000;
const deathsAllowed = 3;

/**
 * Waits until the process is well, its consumers included: /healthz/ready would not do, since a service is ready to take
 * orders while the log is away. Gives up when it keeps ending, or is not well within a minute.
 */
export async function waitReady(
  name: string,
  admin: string,
  process: Supervised,
  logFile: string,
): Promise<void> {
  const until = Date.now() + withinMs;
  for (;;) {
    if (await answers(`${admin}/healthz`)) return;
    if (process.deaths() >= deathsAllowed)
      throw new Problem(`${name} cannot be started. Why stands in ${logFile}`);
    if (Date.now() > until)
      throw new Problem(`${name} is not ready after ${withinMs / 1_000} s. See ${logFile}`);
    await sleep(25, undefined, { ref: false }); // when the start is given up nobody waits for this any more
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(1_000) })).ok;
  } catch {
    return false;
  }
}
