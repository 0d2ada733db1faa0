import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TestDatabase } from '../../src/testing/index.js';
import { logOf, newSlot, send, thing } from '../fixtures/log.js';
import { tallyDatabase } from '../fixtures/tally.js';

const program = fileURLToPath(new URL('../fixtures/relay-main.mjs', import.meta.url));

let t: TestDatabase;
let child: ChildProcess;
let output = '';
beforeEach(async () => {
  t = await tallyDatabase();
});
afterEach(async () => {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await t.drop();
});

function start(env: NodeJS.ProcessEnv) {
  output = '';
  child = fork(program, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (text) => {
      output += text;
    });
}

const right = () => ({
  RELAY_DATABASE_URL: t.relayUrl,
  RELAY_PUBLICATIONS: 'tally_outbox',
  RELAY_SLOT: newSlot(),
  ADMIN_PORT: '0',
});

/** Resolves with the admin address that the relay tells its parent. */
async function started(env: NodeJS.ProcessEnv = right()): Promise<string> {
  start(env);
  const [message] = await once(child, 'message');
  return message.started.admin;
}

const statusOf = async (url: string) => (await fetch(url)).status;
const ready = (admin: string) => expect.poll(() => statusOf(`${admin}/healthz/ready`)).toBe(200);

describe('the relay as a process', () => {
  it('names everything that is wrong with its configuration at once, and ends with 1', async () => {
    start({
      RELAY_DATABASE_URL: 'http://relay:hidden@nowhere/',
      RELAY_PUBLICATIONS: 'a, b;c',
      ADMIN_PORT: 'x',
    });
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(output).toMatch('RELAY_DATABASE_URL must start with postgres://');
    expect(output).toMatch('RELAY_PUBLICATIONS must be names of publications');
    expect(output).toMatch('ADMIN_PORT must be a whole number');
    expect(output).not.toMatch('hidden');
  });

  it('ends with 1 when its admin port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    start({ ...right(), ADMIN_PORT: `${port}` });
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(output).toMatch('EADDRINUSE');
    other.close();
  });

  it('waits for its database: alive, and not ready', async () => {
    const nowhere = new URL(t.relayUrl);
    nowhere.port = '1';
    const admin = await started({ ...right(), RELAY_DATABASE_URL: nowhere.href });
    expect(await statusOf(`${admin}/healthz/live`)).toBe(200);
    expect(await statusOf(`${admin}/healthz/ready`)).toBe(503);
    expect(await statusOf(`${admin}/healthz`)).toBe(503);
  });

  it('carries events, and tells health and metrics', async () => {
    const admin = await started();
    await ready(admin);
    await send(t.db, [thing('a', 1)]);
    await expect.poll(() => logOf(t)).toHaveLength(1);
    await expect
      .poll(async () => (await fetch(`${admin}/metrics`)).text())
      .toMatch(/relay_events_total\{topic="thing"\} 1/);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('stops in order on %s', async (signal) => {
    const admin = await started();
    await ready(admin);
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([0, null]);
    const slots = await t.admin.query({
      text: 'SELECT FROM pg_replication_slots WHERE active AND database = current_database()',
    });
    expect(slots.rowCount).toBe(0);
  });

  it('stops in order when its parent goes', async () => {
    const admin = await started();
    await ready(admin);
    child.disconnect();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});
