import { freePort } from '@msa-event-market/shared-sdk/postgres';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startControl } from '../../local/control.js';

const secret = 'only the owner reads market.json';
let url: string;
let events: string[];
let control: { close(): Promise<void> };

beforeEach(async () => {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  events = [];
  const auth = {
    pid: () => 1,
    deaths: () => 0,
    stop: async () => {},
    release: async () => void events.push('released'),
    resume: () => void events.push('resumed'),
  };
  control = await startControl(port, secret, { auth });
});
afterEach(() => control.close());

const hold = (name: string, { with: given = secret, signal }: { with?: string; signal?: AbortSignal } = {}) =>
  fetch(`${url}/hold/${name}`, { method: 'POST', headers: { authorization: `Bearer ${given}` }, signal });

test('nobody gets a place without the secret', async () => {
  expect((await hold('auth', { with: 'a guess' })).status).toBe(401);
  expect((await fetch(`${url}/hold/auth`, { method: 'POST' })).status).toBe(401);
  expect(events).toEqual([]);
});

test('there is no place of that name', async () => {
  expect((await hold('toString')).status).toBe(404);
  expect((await fetch(url, { headers: { authorization: `Bearer ${secret}` } })).status).toBe(404);
});

test('a place is held as long as its holder is there, and by one at a time', async () => {
  const holder = new AbortController();
  expect((await hold('auth', { signal: holder.signal })).status).toBe(200);
  expect(events).toEqual(['released']);
  expect((await hold('auth')).status).toBe(409);
  holder.abort();
  await expect.poll(() => events).toEqual(['released', 'resumed']);
});
