import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Binaries } from './binaries.js';
import { type Settings, serverSettings } from './settings.js';
import { addressInUse, startFailure } from './start-failure.js';
import type { RunAs } from './unprivileged.js';

export interface ServerOptions {
  folder: string;
  port: number;
  settings?: Settings;
  log: (line: string) => void;
}

/** Starts the server process and waits until it takes connections. */
export async function startServer(
  options: ServerOptions,
  binaries: Binaries,
  runAs: RunAs,
): Promise<{ child: ChildProcess; port: number; exited: Promise<unknown> }> {
  for (let attempt = 1; ; attempt++) {
    const port = options.port || (await freePort());
    const { child, output } = spawnServer({ ...options, port }, binaries, runAs);
    const exited = once(child, 'close').then(
      () => output.text,
      (error: Error) => error.message, // the program could not even be started
    );
    const failure = await Promise.race([output.ready, exited]);
    if (failure === undefined) return { child, port, exited };
    if (attempt > 40 || !(await mayRetry(failure, options.port))) {
      const portTaken = addressInUse.test(failure) && `Port ${port} is taken, PostgreSQL cannot listen on it`;
      throw startFailure(portTaken || `PostgreSQL does not start on ${options.folder}`, failure);
    }
  }
}

interface Output {
  child: ChildProcess;
  output: { text: string; ready: Promise<undefined> };
}

function spawnServer(options: ServerOptions, binaries: Binaries, runAs: RunAs): Output {
  const args = ['-D', options.folder, ...serverSettings(binaries, options.port, options.settings)];
  const [command = '', ...rest] = [...runAs.prefix, binaries.postgres, ...args];
  const child = spawn(command, rest, {
    ...runAs.user,
    cwd: path.parse(binaries.postgres).root,
    detached: true, // its own process group: a Ctrl-C at the terminal is for the launcher, which stops it in order
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const output: Output['output'] = { text: '', ready: Promise.resolve(undefined) };
  output.ready = new Promise((resolve) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      output.text = `${output.text}${line}\n`.slice(-8_000);
      options.log(line);
      if (line.includes('database system is ready to accept connections')) resolve(undefined);
    });
  });
  return { child, output };
}

/** A server that was killed holds its memory until its last session is gone; a free port may be taken before us. */
async function mayRetry(failure: string, port: number): Promise<boolean> {
  if (addressInUse.test(failure)) return port === 0;
  if (!/pre-existing shared memory block/.test(failure)) return false;
  await sleep(250);
  return true;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
