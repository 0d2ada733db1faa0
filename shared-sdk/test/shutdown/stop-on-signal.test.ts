import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../fixtures/stopping-process.ts', import.meta.url));
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

async function start(env: Record<string, string> = {}) {
  const child = fork(program, {
    env: { ...process.env, ...env },
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  children.push(child);
  let output = '';
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  const ended = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];
  return { child, url, ended, output: () => output };
}

interface Load {
  answered: number;
  /** Failures that a caller cannot simply repeat elsewhere: an answer was owed on a connection in use. */
  lost: string[];
  /** New connections that were not taken: the caller goes to another replica. */
  turnedAway: number;
}

/** Twenty callers that keep their connections, as a mesh or a load balancer does, until `done` tells them to end. */
async function load(url: string, done: () => boolean): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: 20 });
  const outcome: Load = { answered: 0, lost: [], turnedAway: 0 };
  const one = () =>
    new Promise<boolean>((resolve) => {
      const request = get(`${url}/work`, { agent }, (response) => {
        response.resume().on('end', () => {
          if (response.statusCode === 200) outcome.answered += 1;
          else outcome.lost.push(String(response.statusCode));
          resolve(true);
        });
      });
      request.on('error', (error: NodeJS.ErrnoException) => {
        if (request.reusedSocket) outcome.lost.push(String(error.code));
        else outcome.turnedAway += 1;
        resolve(false);
      });
    });
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      while (!done() && (await one()));
    }),
  );
  agent.destroy();
  return outcome;
}

/** Looks every 20 ms whether the process still wants requests, as a balancer's probe does. */
async function untilNotReady(url: string): Promise<void> {
  while ((await fetch(`${url}/healthz`)).status === 200)
    await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('a process that is told to stop', () => {
  it('by SIGTERM under load loses no request of callers who watch its health', async () => {
    const { child, url, ended } = await start();
    let ready = true;
    void untilNotReady(url).then(() => {
      ready = false;
    });
    const outcome = load(url, () => !ready);
    await new Promise((resolve) => setTimeout(resolve, 300));
    child.kill('SIGTERM');
    expect(await outcome).toMatchObject({ lost: [], turnedAway: 0 });
    expect((await outcome).answered).toBeGreaterThan(100);
    expect(await ended).toEqual({ code: 0, signal: null });
  });

  it('by SIGTERM under load cuts no connection in use, even of callers who watch nothing', async () => {
    const { child, url, ended } = await start();
    let over = false;
    void ended.then(() => {
      over = true;
    });
    const outcome = load(url, () => over);
    await new Promise((resolve) => setTimeout(resolve, 300));
    child.kill('SIGTERM');
    expect(await outcome).toMatchObject({ lost: [] });
    expect((await outcome).answered).toBeGreaterThan(100);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('by %s, and again, still ends in order', async (signal) => {
    const { child, ended, output } = await start({ STEP_MS: '300' });
    child.kill(signal);
    await expect.poll(output).toContain('stopping');
    child.kill('SIGTERM');
    child.kill('SIGINT');
    expect(await ended).toEqual({ code: 0, signal: null });
    await expect.poll(output).toContain('already stopping');
    await expect.poll(output).toContain('the last step');
  });

  it('by a message of its parent ends in order', async () => {
    const { child, ended, output } = await start();
    child.send('stop');
    expect(await ended).toEqual({ code: 0, signal: null });
    await expect.poll(output).toContain('the last step');
  });

  it('by the end of its parent ends in order', async () => {
    const { child, ended, output } = await start();
    child.disconnect();
    expect(await ended).toEqual({ code: 0, signal: null });
    await expect.poll(output).toContain('the last step');
  });

  it('by a crash ends in order, says why, and fails', async () => {
    const { child, ended, output } = await start();
    child.send('crash');
    expect(await ended).toEqual({ code: 1, signal: null });
    await expect.poll(output).toContain('nobody handles this');
    await expect.poll(output).toContain('the last step');
  });

  it('and cannot, is ended when the grace is over', async () => {
    const { child, ended, output } = await start({ STEP_MS: '60000', GRACE_MS: '700' });
    const begun = performance.now();
    child.kill('SIGTERM');
    expect((await ended).code).toBe(1);
    expect(performance.now() - begun).toBeLessThan(3000);
    await expect.poll(output).toContain('killed by timeout');
  });
});
