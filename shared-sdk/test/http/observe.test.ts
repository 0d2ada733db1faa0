import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registry } from '../../src/metrics/index.js';
import { startTracing } from '../../src/tracing/index.js';
import { collector } from '../tracing/collector.js';
import { id, openShop } from './shop.js';

let shop: Awaited<ReturnType<typeof openShop>>;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('every request', () => {
  it('writes one line with ids and outcome, and neither query, body nor token', async () => {
    const before = shop.lines.length;
    const authorization = `Bearer ${await shop.tokens.token()}`;
    await shop.post('/v1/orders?canary=canary-q', '{"canary":"canary-b"}', {
      authorization,
      cookie: 'canary-c',
    });
    await shop.send('/v1/nothing?canary=canary-q');
    const lines = shop.lines.slice(before);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatchObject({
      level: 'info',
      method: 'POST',
      path: '/v1/orders',
      status: 400,
      msg: 'request',
    });
    expect(lines[0]).toMatchObject({
      traceId: expect.any(String),
      requestId: expect.any(String),
      ms: expect.any(Number),
    });
    expect(JSON.stringify(lines)).not.toContain('canary');
    expect(JSON.stringify(lines)).not.toContain(authorization);
  });

  it('says nothing of being asked for its health', async () => {
    const before = shop.lines.length;
    expect((await shop.send('/healthz')).status).toBe(200);
    expect(shop.lines.length).toBe(before);
  });

  it('is counted by route, not by path', async () => {
    await shop.send(`/v1/products/${id}`);
    await shop.send('/v1/some/unknown/path');
    const metrics = await registry.metrics();
    expect(metrics).toContain(
      'http_server_request_duration_seconds_count{method="GET",route="/v1/products/:id",status="200"}',
    );
    expect(metrics).toContain('route="unknown",status="404"');
    expect(metrics).not.toContain('/v1/some/unknown');
  });

  it.each([
    ['traceparent', `00-${traceId}-00f067aa0ba902b7-01`],
    ['b3', `${traceId}-00f067aa0ba902b7-1`],
  ])('continues the trace of %s, also behind the body, and tells its ids', async (header, value) => {
    const response = await shop.post('/v1/orders', JSON.stringify({ productId: id }), {
      [header]: value,
      authorization: `Bearer ${await shop.tokens.token()}`,
      'idempotency-key': 'k-1',
      'x-request-id': 'my-request',
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('x-trace-id')).toBe(traceId);
    expect(response.headers.get('x-b3-traceid')).toBe(traceId);
    expect(response.headers.get('x-request-id')).toBe('my-request');
    expect(await response.json()).toMatchObject({ trace: { traceId, requestId: 'my-request' } });
    expect(shop.lines.at(-1)).toMatchObject({ traceId, requestId: 'my-request' });
  });

  it.each(['a b', 'x'.repeat(65), 'a"b', '<script>'])('does not echo the request id %j', async (given) => {
    const response = await shop.send('/v1/products', { headers: { 'x-request-id': given } });
    expect(response.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
  });
});

describe('with a collector', () => {
  it('every request is a span under its caller, and a failed one is marked', async () => {
    const sink = await collector();
    const stop = await startTracing({ serviceName: 'shop', endpoint: sink.url });
    await shop.send('/v1/products', { headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` } });
    await shop.send('/v1/fails/unknown');
    await stop();
    await sink.close();
    expect(sink.spans).toMatchObject([
      { name: 'GET /v1/products', kind: 2, traceId, parentSpanId: '00f067aa0ba902b7', status: { code: 0 } },
      { name: 'GET /v1/fails/:how', kind: 2, status: { code: 2 } },
    ]);
    expect(sink.spans[0]?.attributes).toContainEqual({
      key: 'http.response.status_code',
      value: { intValue: 200 },
    });
  });
});

describe('while draining', () => {
  it('requests are answered, and their connections closed', async () => {
    const other = await openShop();
    expect((await other.send('/v1/products')).headers.get('connection')).toBe('keep-alive');
    const slow = other.send('/v1/slow');
    await new Promise((resolve) => setTimeout(resolve, 30));
    other.health.drain();
    const closed = other.close();
    const answer = await slow;
    expect(answer.status).toBe(200);
    expect(answer.headers.get('connection')).toBe('close');
    const begun = performance.now();
    await closed;
    expect(performance.now() - begun).toBeLessThan(1000);
  });
});
