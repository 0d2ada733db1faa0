import { spawnSync } from 'node:child_process';
import type { Binaries } from './binaries.js';
import { gone } from './process.js';
import { postgresError } from './start-failure.js';

/**
 * Fast shutdown: sessions are ended and everything is written. A session that does not end (a replication client that
 * does not answer) would hold it up for ever, so it is followed by an immediate one, which costs a recovery at the
 * next start and loses nothing, and at last by a kill.
 */
export async function stopServer(pid: number, binaries: Binaries, patienceMs = 10_000): Promise<void> {
  for (const [signal, ms] of [
    ['SIGINT', patienceMs],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ] as const) {
    send(pid, signal, binaries);
    if (await gone(pid, ms)) return;
  }
  throw postgresError('FAILED', `PostgreSQL (pid ${pid}) does not stop`);
}

function send(pid: number, signal: NodeJS.Signals, binaries: Binaries): void {
  if (process.platform === 'win32') {
    // Windows has no signals; PostgreSQL listens on a pipe instead, and its own tool knows how to write to it.
    spawnSync(binaries.pgCtl, ['kill', signal.slice(3), String(pid)], { stdio: 'ignore' });
    return;
  }
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
