import { type ChildProcess, spawn } from 'node:child_process';

/**
 * A launcher that is killed cannot stop its server. A shell waits at the other end of a pipe: when the launcher is
 * gone, however that came, the pipe closes and the server gets its fast shutdown. Windows has no such shell; there the
 * next start stops the server (previous-server.ts), as it does when the guard was killed too.
 */
export function guard(pid: number): ChildProcess | undefined {
  if (process.platform === 'win32') return undefined;
  const wait = 'trap "" INT TERM HUP; while read -r line; do :; done; kill -INT "$1"';
  const shell = spawn('/bin/sh', ['-c', wait, 'stop-postgres-after-launcher', String(pid)], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.unref();
  // The pipe is only there to close; it must not keep this process alive.
  (shell.stdin as unknown as { unref(): void }).unref();
  return shell;
}
