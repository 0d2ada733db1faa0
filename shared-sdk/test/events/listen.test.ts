import { createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listen } from '../../src/events/postgres/listen.js';
import type { TestDatabase } from '../../src/testing/index.js';
import { tallyDatabase } from '../fixtures/tally.js';

let t: TestDatabase;
beforeEach(async () => {
  t = await tallyDatabase();
});
afterEach(() => t.drop());

const notify = (channel: string) =>
  t.admin.query({ text: 'SELECT pg_notify($1, $2)', values: [channel, ''] });
const listening = {
  text: `SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()`,
};
const backends = async () => (await t.admin.query<{ pid: number }>(listening)).rows.map(({ pid }) => pid);

describe('listening', () => {
  it('closes at once while PostgreSQL cannot be reached', async () => {
    const url = new URL(t.eventsUrl);
    url.port = '1';
    const ear = listen(url.href, ['a'], () => {});
    await new Promise((resolve) => setTimeout(resolve, 300));
    const begun = performance.now();
    await ear.close();
    expect(performance.now() - begun).toBeLessThan(500);
  });

  it('closes at once while PostgreSQL accepts and says nothing', async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const url = new URL(t.eventsUrl);
    url.port = `${(silent.address() as { port: number }).port}`;
    const ear = listen(url.href, ['a'], () => {});
    await expect.poll(() => sockets.length).toBe(1);
    const begun = performance.now();
    await ear.close();
    expect(performance.now() - begun).toBeLessThan(500);
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  it('hears again after its connection was ended, and looks once for what it missed', async () => {
    const heard: string[] = [];
    const ear = listen(t.eventsUrl, ['a', 'b'], (channel) => heard.push(channel));
    await expect.poll(() => heard).toEqual(['a', 'b']); // once at the start, for what was before
    for (let cut = 1; cut <= 3; cut++) {
      const [pid] = await backends();
      await t.admin.query({ text: 'SELECT pg_terminate_backend($1)', values: [pid] });
      await expect.poll(() => heard.length, { timeout: 5_000 }).toBe(2 + cut * 2);
    }
    await notify('b');
    await expect.poll(() => heard.at(-1)).toBe('b');
    await ear.close();
    await expect.poll(backends).toEqual([]); // PostgreSQL notices a moment later
  });

  it('knows channels of odd names', async () => {
    const heard: string[] = [];
    const odd = 'log_Ding "x"; DROP ü';
    const ear = listen(t.eventsUrl, [odd], (channel) => heard.push(channel));
    await expect.poll(() => heard).toEqual([odd]);
    await notify(odd);
    await expect.poll(() => heard).toEqual([odd, odd]);
    await ear.close();
  });
});
