import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createServiceDatabase } from '../../src/postgres/index.js';
import type { TestDatabase } from '../../src/testing/index.js';
import { tallyDatabase } from '../fixtures/tally.js';

const program = fileURLToPath(new URL('../fixtures/tally-service.ts', import.meta.url));
let t: TestDatabase;
beforeAll(async () => {
  t = await tallyDatabase();
});
afterAll(() => t.drop());

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function start(env: Record<string, string>, ...args: string[]) {
  const child = fork(program, args, {
    env: { PATH: process.env.PATH, ...env },
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      output += chunk;
    });
  const ended = once(child, 'close').then(([code]) => code as number);
  return { child, ended, output: () => output };
}

const variables = () => ({
  HTTP_PORT: '0',
  GRPC_PORT: '0',
  ADMIN_PORT: '0',
  DATABASE_URL: t.url,
  EVENTS_URL: t.eventsUrl,
  AUTH_ISSUER: 'http://127.0.0.1:9',
  AUTH_JWKS_URL: 'http://127.0.0.1:9/jwks.json',
  SHUTDOWN_GRACE_SECONDS: '5',
});

describe('run', () => {
  it('names every wrong variable and exits with 1', async () => {
    const { ended, output } = start({ HTTP_PORT: 'http', DATABASE_URL: 'mysql://x' });
    expect(await ended).toBe(1);
    expect(output()).toMatch(/^tally: The configuration is wrong:$/m);
    for (const name of ['HTTP_PORT', 'DATABASE_URL', 'EVENTS_URL', 'AUTH_ISSUER', 'AUTH_JWKS_URL'])
      expect(output()).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect(output()).not.toContain('    at ');
  });

  it('refuses an argument it does not know', async () => {
    const { ended, output } = start(variables(), 'migrat');
    expect(await ended).toBe(1);
    expect(output()).toContain('the only argument is: migrate (not "migrat")');
  });

  it('refuses an address of brokers that it does not understand, without a trace of the password', async () => {
    const { ended, output } = start({
      ...variables(),
      EVENTS_URL: 'kafka://me:hunter2@127.0.0.1:9?tsl=true',
    });
    expect(await ended).toBe(1);
    expect(output()).toMatch(/^tally: The configuration is wrong:\n {2}EVENTS_URL .*"tsl"$/m);
    expect(output()).not.toContain('hunter2');
  });

  it('ends well when it is told to stop before it has started', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1'); // its database takes connections and says nothing
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const ADMIN_PORT = `${port + 1}`;
    const DATABASE_URL = `postgres://tally@127.0.0.1:${port}/x`;
    const { child, ended, output } = start({ ...variables(), ADMIN_PORT, DATABASE_URL });
    const alive = () =>
      fetch(`http://127.0.0.1:${ADMIN_PORT}/healthz/live`).then(
        ({ ok }) => ok,
        () => false,
      );
    await expect.poll(alive).toBe(true);
    child.kill('SIGTERM');
    expect([await ended, output()]).toEqual([0, expect.not.stringContaining('cannot start')]);
    silent.close();
  });

  it('says why it cannot start', async () => {
    const first = start(variables());
    const [{ started }] = (await once(first.child, 'message')) as [{ started: { http: string } }];
    const second = start({ ...variables(), HTTP_PORT: new URL(started.http).port });
    expect(await second.ended).toBe(1);
    expect(second.output()).toMatch(/FATAL tally: cannot start.*EADDRINUSE/s);
  });

  it('answers requests until its parent tells it to stop, and then ends with 0', async () => {
    const { child, ended, output } = start(variables());
    const [{ started }] = (await once(child, 'message')) as [{ started: { http: string } }];
    const response = await fetch(`${started.http}/v1/tally/a`, { method: 'POST' });
    expect(await response.json()).toEqual({ n: 1 });
    child.send('stop');
    expect(await ended).toBe(0);
    expect(output()).toContain('started');
    expect(output()).not.toContain('did not stop in order');
  });

  it('writes what it answered, though a SIGTERM comes in the middle', async () => {
    const { child, ended } = start(variables());
    const [{ started }] = (await once(child, 'message')) as [{ started: { http: string } }];
    let answered = 0;
    let stopping = false;
    const callers = Array.from({ length: 8 }, async () => {
      while (!stopping) {
        const response = await fetch(`${started.http}/v1/tally/load`, { method: 'POST' });
        expect(response.status).toBe(200);
        answered += 1;
      }
    });
    await expect.poll(() => answered).toBeGreaterThan(50);
    child.kill('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 150)); // as long as a balancer takes to notice
    stopping = true;
    await Promise.all(callers);
    expect(await ended).toBe(0);
    const { rows } = await t.db.query<{ n: number }>({ text: "SELECT n FROM tally WHERE key = 'load'" });
    expect(rows[0]?.n).toBe(answered);
  });
});

describe('run migrate', () => {
  it('asks for the address of the owner, and for nothing else', async () => {
    const { ended, output } = start({}, 'migrate');
    expect(await ended).toBe(1);
    expect(output().match(/^ {2}\w+/gm)).toEqual(['  MIGRATE_DATABASE_URL']);
  });

  it('names everything that is wrong at once', async () => {
    const { ended, output } = start({ LOG_LEVEL: 'loud', LOG_FORMAT: 'xml' }, 'migrate');
    expect(await ended).toBe(1);
    expect(
      output()
        .match(/^ {2}\w+/gm)
        ?.toSorted(),
    ).toEqual(['  LOG_FORMAT', '  LOG_LEVEL', '  MIGRATE_DATABASE_URL']);
  });

  it('fails when the database does not answer', async () => {
    const { ended, output } = start({ MIGRATE_DATABASE_URL: 'postgres://x@127.0.0.1:9/x' }, 'migrate');
    expect(await ended).toBe(1);
    expect(output()).toContain('ECONNREFUSED');
  });

  it('brings an empty database up to date, and does nothing the second time', async () => {
    const { ownerUrl } = await createServiceDatabase({
      adminUrl: t.adminUrl,
      database: `migrated_${process.pid}`,
      schema: 'tally',
    });
    for (const ran of [1, 0]) {
      const { ended, output } = start({ MIGRATE_DATABASE_URL: ownerUrl, LOG_FORMAT: 'json' }, 'migrate');
      expect([await ended, output()]).toEqual([0, expect.stringContaining(`"ran":${ran}`)]);
    }
  });
});
