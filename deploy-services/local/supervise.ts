import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Output } from './output.js';

interface AnyProgram {
  name: string;
  cwd: string;
  env: Record<string, string>;
  /** For what the market can do without: having ended so many times in a row it is left. */
  deathsAllowed?: number;
}

export interface ModuleProgram extends AnyProgram {
  /** The compiled module to run. */
  module: string;
  execArgv?: string[];
}

/** A program that is not ours: it takes a SIGTERM for "stop", and would not notice that its launcher is gone. */
export interface CommandProgram extends AnyProgram {
  /** Asked anew for each start. */
  command(): string[];
  onStart(pid: number): void;
  /** `inOrder`: it was told to, and did. */
  onEnd(inOrder: boolean): void;
}

export type Program = ModuleProgram | CommandProgram;

export interface Supervised {
  /** Undefined while it does not run. */
  pid(): number | undefined;
  /** Resolves when it has been told to stop and is gone, for good: nobody resumes it any more. */
  stop(): Promise<void>;
  /** Stops it until `resume`, for somebody who runs it by hand. */
  release(): Promise<void>;
  resume(): void;
  /** How often it has ended unasked since it was last well. */
  deaths(): number;
}

/** Longer than a service gives itself. */
const stopWithinMs = ({ SHUTDOWN_GRACE_SECONDS: grace = '20' }: Record<string, string>) =>
  Number(grace) * 1_000 + 5_000;
const firstPauseMs = 100;
const longestPauseMs = 5_000;
/** Having run that long, an end is a new story. */
const wellAfterMs = 10_000;

/**
 * Runs a program and starts it again whenever it ends unasked. It ends with us in any case: when our side of the
 * channel closes, it stops by itself, or its guard stops it.
 */
export function supervise(program: Program, output: Output, onChange: () => void): Supervised {
  const write = output.of(program.name);
  const { deathsAllowed = Number.POSITIVE_INFINITY } = program;
  let child: ChildProcess | undefined;
  let wanted = true;
  let over = false;
  let deaths = 0;
  let retry: NodeJS.Timeout | undefined;

  function start(): void {
    const began = Date.now();
    const running = 'module' in program ? forked(program) : spawned(program);
    child = running;
    for (const stream of [running.stdout, running.stderr]) stream?.on('data', write);
    const ended = (how: string, inOrder: boolean) => {
      child = undefined;
      onChange();
      if ('onEnd' in program) program.onEnd(inOrder);
      if (!wanted) return;
      deaths = Date.now() - began > wellAfterMs ? 1 : deaths + 1;
      if (deaths >= deathsAllowed)
        return output.say(`${program.name} keeps ending (${how}): the market goes on without it`);
      const pause = Math.min(firstPauseMs * 2 ** (deaths - 1), longestPauseMs);
      output.say(`${program.name} ended (${how}), starting it again in ${pause} ms`);
      retry = setTimeout(start, pause);
    };
    // What could not be started never exits.
    running.once('error', (error) => {
      if (running.pid === undefined) ended(error.message, false);
    });
    running.once('exit', (code, signal) => ended(signal ?? `exit ${code}`, !wanted && signal !== 'SIGKILL'));
    onChange();
  }

  async function end(): Promise<void> {
    wanted = false;
    clearTimeout(retry);
    const ending = child;
    if (!ending) return;
    const gone = once(ending, 'exit');
    if (ending.connected)
      ending.send('stop', () => {}); // Windows has no SIGTERM
    else ending.kill('SIGTERM');
    const late = sleep(stopWithinMs(program.env), 'late', { ref: false });
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
    stop() {
      over = true;
      return end();
    },
    release: end,
    resume() {
      if (over) return;
      wanted = true;
      if (!child) start();
    },
  };
}

// Out of the terminal's process group: Ctrl-C reaches the launcher only, which stops the others in order.
const detached = process.platform !== 'win32';

// A young generation of 2 MiB instead of 16: after the seed a service then holds about 90 MiB instead of 115, and a
// laptop runs five of them.
const smallHeap = ['--max-semi-space-size=2'];

const forked = ({ module, cwd, env, execArgv = smallHeap }: ModuleProgram): ChildProcess =>
  fork(module, { cwd, env, execArgv, detached, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });

function spawned({ command, cwd, env, onStart }: CommandProgram): ChildProcess {
  const [program = '', ...args] = command();
  const running = spawn(program, args, { cwd, env, detached, stdio: ['ignore', 'pipe', 'pipe'] });
  if (running.pid !== undefined) {
    onStart(running.pid);
    const shell = guard(running.pid);
    running.once('exit', () => shell?.kill('SIGKILL')); // before the number is somebody else's
  }
  return running;
}

/**
 * A shell at the other end of a pipe that closes when the launcher is gone, however that came: then it stops the
 * program.
 */
function guard(pid: number): ChildProcess | undefined {
  if (process.platform === 'win32') return undefined;
  const wait = 'trap "" INT TERM HUP; while read -r line; do :; done; kill -TERM "$1"';
  const shell = spawn('/bin/sh', ['-c', wait, 'stop-after-launcher', String(pid)], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.unref();
  // The pipe is only there to close; it must not keep this process alive.
  (shell.stdin as unknown as { unref(): void }).unref();
  return shell;
}
