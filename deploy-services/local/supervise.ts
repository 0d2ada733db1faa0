import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Output } from './output.js';

export interface Program {
  name: string;
  /** The compiled module to run. */
  module: string;
  cwd: string;
  env: Record<string, string>;
  execArgv?: string[];
}

export interface Supervised {
  pid(): number | undefined;
  /** Resolves when it has been told to stop and is gone. */
  stop(): Promise<void>;
  /** Stops it until `resume`, for somebody who runs it by hand. */
  release(): Promise<void>;
  resume(): void;
  /** How often it has ended unasked since it was last well. */
  deaths(): number;
}

const stopWithinMs = 15_000;
const firstPauseMs = 100;
const longestPauseMs = 5_000;
/** Having run that long, an end is a new story. */
const wellAfterMs = 10_000;

/**
 * Runs a program and starts it again whenever it ends unasked. It ends with us in any case: when our side of the
 * channel closes, it stops by itself.
 */
export function supervise(program: Program, output: Output, onChange: () => void): Supervised {
  const write = output.of(program.name);
  let child: ChildProcess | undefined;
  let wanted = true;
  let deaths = 0;
  let retry: NodeJS.Timeout | undefined;

  function start(): void {
    const began = Date.now();
    const running = fork(program.module, {
      cwd: program.cwd,
      env: program.env,
      execArgv: program.execArgv ?? [],
      // Out of the terminal's process group: Ctrl-C reaches the launcher only, which stops the others in order.
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    child = running;
    for (const stream of [running.stdout, running.stderr]) stream?.on('data', write);
    running.once('error', (error) => output.say(`${program.name} could not be started: ${error.message}`));
    running.once('exit', (code, signal) => {
      child = undefined;
      if (!wanted) return;
      deaths = Date.now() - began > wellAfterMs ? 1 : deaths + 1;
      const pause = Math.min(firstPauseMs * 2 ** (deaths - 1), longestPauseMs);
      output.say(`${program.name} ended (${signal ?? `exit ${code}`}), starting it again in ${pause} ms`);
      retry = setTimeout(start, pause);
    });
    onChange();
  }

  async function end(): Promise<void> {
    wanted = false;
    clearTimeout(retry);
    const ending = child;
    if (!ending) return;
    const gone = once(ending, 'exit');
    ending.send('stop', () => {}); // Windows has no SIGTERM
    const late = sleep(stopWithinMs, 'late', { ref: false });
    if ((await Promise.race([gone, late])) === 'late') {
      output.say(`${program.name} does not stop, killing it`);
      ending.kill('SIGKILL');
      await gone;
    }
  }

  start();
  return {
    pid: () => child?.pid,
    deaths: () => deaths,
    stop: end,
    release: end,
    resume() {
      wanted = true;
      if (!child) start();
    },
  };
}
