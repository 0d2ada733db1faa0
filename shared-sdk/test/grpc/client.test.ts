import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { AppError } from '../../src/errors/index.js';
import { addressOf } from '../../src/grpc/client.js';
import { retries } from '../../src/grpc/retry.js';
import { freePort } from '../../src/postgres/index.js';
import { client, failureOf, start, stopAll } from './start.js';
import { someStore, storeService } from './store-service.js';

afterEach(stopAll);

const overloaded = new AppError('OVERLOADED', 'unavailable', 'Too much.');

function failingFirst(times: number) {
  let calls = 0;
  const service = storeService({
    GetStore({ id }) {
      calls += 1;
      if (calls <= times) throw overloaded;
      return someStore(id);
    },
    DeleteStore() {
      calls += 1;
      throw overloaded;
    },
  });
  return { service, calls: () => calls };
}

describe('repeating', () => {
  test('a read that found nobody is repeated, until somebody answers', async () => {
    const { service, calls } = failingFirst(2);
    const { client } = await start([service]);
    expect((await client.GetStore({ id: '1' })).store.id).toBe('1');
    expect(calls()).toBe(3);
  });

  test('a read is repeated twice at most', async () => {
    const { service, calls } = failingFirst(100);
    const { client } = await start([service]);
    expect(await failureOf(client.GetStore({ id: '1' }))).toMatchObject({ code: 'OVERLOADED' });
    expect(calls()).toBe(3);
  });

  test('what changes something is never repeated', async () => {
    const { service, calls } = failingFirst(100);
    const { client } = await start([service]);
    expect(await failureOf(client.DeleteStore({ id: '1' }))).toMatchObject({ code: 'OVERLOADED' });
    expect(calls()).toBe(1);
  });

  test('another error is not repeated', async () => {
    let calls = 0;
    const { client } = await start([
      storeService({
        GetStore() {
          calls += 1;
          throw new AppError('NOT_FOUND_STORE', 'not_found', 'There is no such store.');
        },
      }),
    ]);
    expect(await failureOf(client.GetStore({ id: '1' }))).toMatchObject({ code: 'NOT_FOUND_STORE' });
    expect(calls).toBe(1);
  });

  test('when everything fails, repetitions stop adding to the load', async () => {
    const repeat = retries({ firstMs: 0 });
    let attempts = 0;
    const fail = async () => {
      attempts += 1;
      throw new AppError('X', 'unavailable', 'x', { cause: { code: 14 } });
    };
    for (let n = 0; n < 100; n++) await failureOf(repeat(fail, Date.now() + 1_000));
    expect(attempts).toBe(110);
  });
});

describe('a server that is not there', () => {
  test('is UNAVAILABLE at once, well before the deadline', async () => {
    const began = performance.now();
    const failure = await failureOf(client(`http://127.0.0.1:${await freePort()}`).GetStore({ id: '1' }));
    expect(failure).toMatchObject({ code: 'UNAVAILABLE', kind: 'unavailable' });
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  test('may come later, and may go and come back', async () => {
    const port = await freePort();
    const store = client(`http://127.0.0.1:${port}`);
    await failureOf(store.GetStore({ id: '1' }));
    const service = storeService({ GetStore: ({ id }) => someStore(id) });
    const asked = () => store.GetStore({ id: '1' }).then(({ store }) => store.id, String);

    const first = await start([service], { port });
    await expect.poll(asked, { timeout: 3_000, interval: 50 }).toBe('1');
    await first.server.stop(100);
    await failureOf(store.DeleteStore({ id: '1' }));
    await sleep(500);
    await start([service], { port });
    await expect.poll(asked, { timeout: 3_000, interval: 50 }).toBe('1');
  });
});

describe('an address', () => {
  test.each([
    ['http://store:9090', { address: 'store:9090', tls: false }],
    ['grpc://store:9090/', { address: 'store:9090', tls: false }],
    ['127.0.0.1:8121', { address: '127.0.0.1:8121', tls: false }],
    ['https://store.example:443', { address: 'store.example:443', tls: true }],
  ])('%s', (url, expected) => {
    expect(addressOf(url)).toEqual(expected);
  });

  test('that is none is refused', () => {
    expect(() => addressOf('http://a/b/c')).toThrow('no address of a gRPC server');
  });
});
