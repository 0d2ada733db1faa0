import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, credentials, Metadata, status } from '@grpc/grpc-js';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { AppError } from '../../src/errors/index.js';
import { type Call, parseRequest } from '../../src/grpc/index.js';
import { registry } from '../../src/metrics/index.js';
import { currentTrace, runInTrace } from '../../src/tracing/index.js';
import { client, failureOf, start, stopAll } from './start.js';
import { someStore, storeService } from './store-service.js';

afterEach(stopAll);

const getStore = (
  GetStore: (
    request: { id: string },
    call: Call,
  ) => ReturnType<typeof someStore> | Promise<ReturnType<typeof someStore>>,
) => storeService({ GetStore });

const failing = (error: unknown) =>
  getStore(() => {
    throw error;
  });

/** A call without any of our client: bytes in, bytes out. */
function rawCall(url: string, path: string, bytes: Buffer, deadline?: number) {
  const raw = new Client(url.replace('http://', ''), credentials.createInsecure());
  const asTheyAre = (value: Buffer) => value;
  return new Promise<{ code: number; details: string }>((resolve) => {
    raw.makeUnaryRequest(path, asTheyAre, asTheyAre, bytes, new Metadata(), { deadline }, (error) => {
      raw.close();
      resolve({ code: error?.code ?? 0, details: error?.details ?? '' });
    });
  });
}

describe('errors cross the wire', () => {
  test('code, kind, message, fields and the time to wait arrive as they left', async () => {
    const sent = new AppError('INVALID_NAME', 'invalid', 'This is no name.', {
      fields: [{ pointer: '/name', detail: 'is empty' }],
    });
    const first = await failureOf((await start([failing(sent)])).client.GetStore({ id: '1' }));
    expect(first).toMatchObject({
      code: 'INVALID_NAME',
      kind: 'invalid',
      message: 'This is no name.',
      fields: sent.fields,
    });

    const later = new AppError('SLOW_DOWN', 'rate_limited', 'Wait.', { retryAfterSeconds: 7 });
    const second = await failureOf((await start([failing(later)])).client.GetStore({ id: '1' }));
    expect(second).toMatchObject({ code: 'SLOW_DOWN', kind: 'rate_limited', retryAfterSeconds: 7 });
  });

  test('a kind that shares its gRPC status with others is still told apart', async () => {
    const { client } = await start([failing(new AppError('X', 'precondition_failed', 'x'))]);
    const failure = await failureOf(client.GetStore({ id: '1' }));
    expect(failure.kind).toBe('precondition_failed');
    expect((failure.cause as { code: number }).code).toBe(status.FAILED_PRECONDITION);
  });

  test('an unknown error says nothing of the inside, and is logged with its cause', async () => {
    const { client, lines } = await start([failing(new Error('connect to 10.0.0.7 as root failed'))]);
    const failure = await failureOf(client.GetStore({ id: '1' }));
    expect(failure).toMatchObject({ code: 'INTERNAL', kind: 'internal' });
    expect(failure.message).not.toContain('10.0.0.7');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ level: 'error', code: 'INTERNAL', msg: 'call failed' });
    expect(JSON.stringify(lines[0])).toContain('10.0.0.7');
  });

  test('an answer that is no such message is our failure, not a broken stream', async () => {
    const { client } = await start([getStore(() => ({ store: 'not a store' }) as never)]);
    expect(await failureOf(client.GetStore({ id: '1' }))).toMatchObject({ code: 'INTERNAL' });
  });

  test('bytes that are no such message are refused as invalid', async () => {
    const { url } = await start([getStore(({ id }) => someStore(id))]);
    const { code } = await rawCall(url, '/market.store.v1.StoreService/GetStore', Buffer.from([0x0a, 0xff]));
    expect(code).toBe(status.INVALID_ARGUMENT);
  });

  test('a request that breaks a schema names each wrong field', async () => {
    const schema = z.object({ id: z.uuid() });
    const { client } = await start([getStore((request) => someStore(parseRequest(schema, request).id))]);
    const failure = await failureOf(client.GetStore({ id: 'x' }));
    expect(failure).toMatchObject({
      code: 'INVALID_REQUEST',
      fields: [{ pointer: '/id', detail: 'Invalid UUID' }],
    });
  });

  test('a method that nobody wrote is UNIMPLEMENTED', async () => {
    const { url } = await start([]);
    expect((await rawCall(url, '/market.store.v1.StoreService/GetStore', Buffer.alloc(0))).code).toBe(
      status.UNIMPLEMENTED,
    );
  });

  test('a message over the limit is refused', async () => {
    const { client } = await start([getStore(({ id }) => someStore(id))]);
    const failure = await failureOf(client.GetStore({ id: 'x'.repeat(2 * 1024 * 1024) }));
    expect((failure.cause as { code: number }).code).toBe(status.RESOURCE_EXHAUSTED);
  });

  test('a taken port is named', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    await expect(start([], { port })).rejects.toThrow(
      new RegExp(`cannot listen on 127.0.0.1:${port}.*EADDRINUSE`),
    );
    other.close();
  });
});

describe('who calls', () => {
  const whoAmI = getStore((_, call) => someStore(call.principal().userId));

  test('nobody, without a token', async () => {
    const { client } = await start([whoAmI]);
    expect(await failureOf(client.GetStore({ id: '' }))).toMatchObject({
      code: 'UNAUTHORIZED',
      kind: 'unauthenticated',
    });
  });

  test('nobody, with a bad token', async () => {
    const { client } = await start([whoAmI]);
    expect(await failureOf(client.GetStore({ id: '' }, { token: 'forged' }))).toMatchObject({
      code: 'UNAUTHORIZED',
    });
  });

  test('a public method is open also to a token that nobody can verify now', async () => {
    const { client } = await start([getStore(() => someStore('public'))]);
    expect((await client.GetStore({ id: '' }, { token: 'down' })).store.id).toBe('public');
  });

  test('the one whose token it is, and the log says so', async () => {
    const { client, lines } = await start([whoAmI]);
    expect((await client.GetStore({ id: '' }, { token: 'alice' })).store.id).toBe('alice');
    expect(lines[0]).toMatchObject({ level: 'info', code: 'OK', userId: 'alice', msg: 'call' });
    expect(JSON.stringify(lines)).not.toContain('Bearer');
  });
});

describe('time', () => {
  const forEver = (signals: AbortSignal[]) =>
    getStore((_, call) => {
      signals.push(call.signal);
      return new Promise(() => {});
    });

  test("when the caller's deadline has passed, the work is told to stop", async () => {
    const signals: AbortSignal[] = [];
    const { client, lines } = await start([forEver(signals)]);
    expect(await failureOf(client.GetStore({ id: '' }, { timeoutMs: 80 }))).toMatchObject({
      code: 'DEADLINE_EXCEEDED',
    });
    await expect.poll(() => lines.length).toBe(1);
    expect(signals[0]?.reason).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    expect(lines[0]).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  test('a call without a deadline gets one', async () => {
    const signals: AbortSignal[] = [];
    const { url } = await start([forEver(signals)], { defaultDeadlineMs: 80 });
    const { code } = await rawCall(url, '/market.store.v1.StoreService/GetStore', Buffer.alloc(0));
    expect(code).toBe(status.DEADLINE_EXCEEDED);
    expect(signals[0]?.aborted).toBe(true);
  });

  test('when the caller gives up, the work is told to stop', async () => {
    const signals: AbortSignal[] = [];
    const { client, lines } = await start([forEver(signals)]);
    const giveUp = new AbortController();
    const failure = failureOf(client.GetStore({ id: '' }, { signal: giveUp.signal }));
    await expect.poll(() => signals.length).toBe(1);
    giveUp.abort();
    expect(await failure).toMatchObject({ code: 'CANCELLED' });
    await expect.poll(() => lines.length).toBe(1);
    expect(lines[0]).toMatchObject({ code: 'CANCELLED' });
  });
});

describe('trace and metrics', () => {
  test('the trace goes on at the server, and the request id with it', async () => {
    const seen: unknown[] = [];
    const { client, lines } = await start([
      getStore(({ id }) => {
        seen.push(currentTrace()?.traceId);
        return someStore(id);
      }),
    ]);
    const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await runInTrace(parent, 'test', () => client.GetStore({ id: '1' }), {}, { requestId: 'request-7' });
    expect(seen).toEqual(['0af7651916cd43dd8448eb211c80319c']);
    expect(lines[0]).toMatchObject({ traceId: '0af7651916cd43dd8448eb211c80319c', requestId: 'request-7' });
  });

  test('each call is counted by method and code, on both sides', async () => {
    registry.resetMetrics();
    const { client } = await start([failing(new AppError('GONE', 'not_found', 'Gone.'))]);
    await failureOf(client.GetStore({ id: '1' }));
    const metrics = await registry.metrics();
    const labels = (code: string) => `method="market.store.v1.StoreService/GetStore",code="${code}"`;
    expect(metrics).toContain(`grpc_server_call_duration_seconds_count{${labels('NOT_FOUND')}} 1`);
    expect(metrics).toContain(`grpc_client_call_duration_seconds_count{${labels('GONE')}} 1`);
  });
});

describe('stopping', () => {
  test('a call under way is answered, and a new one refused', async () => {
    const { server, client } = await start([getStore(async ({ id }) => sleep(150, someStore(id)))]);
    const slow = client.GetStore({ id: 'slow' });
    await sleep(50);
    const stopped = server.stop(2_000);
    expect((await slow).store.id).toBe('slow');
    await stopped;
  });

  test('what does not end is cut off at the deadline', async () => {
    const { server, url } = await start([getStore(() => new Promise(() => {}))]);
    const stuck = failureOf(
      client(url)
        .CreateStore({ name: '', description: '' })
        .then(() => client(url).GetStore({ id: '' })),
    );
    const hanging = failureOf(client(url).GetStore({ id: '' }));
    await stuck;
    const began = performance.now();
    await server.stop(200);
    expect(performance.now() - began).toBeLessThan(1_500);
    expect((await hanging).kind).toBe('unavailable');
  });
});
