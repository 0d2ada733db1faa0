import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { id, openShop } from './shop.js';

let shop: Awaited<ReturnType<typeof openShop>>;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

describe('a failure of ours', () => {
  it.each(['unknown', 'text', 'undefined', 'foreign'])(
    'is a 500 that tells nothing, and one log line that tells all: %s',
    async (how) => {
      const before = shop.lines.length;
      const response = await shop.send(`/v1/fails/${how}`);
      const text = await response.text();
      expect(response.status).toBe(500);
      expect(JSON.parse(text)).toMatchObject({ code: 'INTERNAL', status: 500, title: 'Internal error' });
      expect(text).not.toMatch(/hunter2|just a text|theirs|secret row/);
      const lines = shop.lines.slice(before);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatchObject({
        level: 'error',
        status: 500,
        path: `/v1/fails/${how}`,
        traceId: JSON.parse(text).traceId,
      });
      if (how === 'unknown') expect(JSON.stringify(lines[0])).toContain('password=hunter2 at 10.0.0.1');
    },
  );

  it('is a 503 with Retry-After when the database does not answer', async () => {
    const response = await shop.send('/v1/fails/database');
    const problem = await response.json();
    expect(problem).toMatchObject({ status: 503, code: 'DATABASE_UNAVAILABLE' });
    expect(response.headers.get('retry-after')).toBe('1');
    expect(JSON.stringify(problem)).not.toContain('10.0.0.1');
    expect(shop.lines.at(-1)).toMatchObject({ level: 'error', err: { cause: { code: 'ECONNREFUSED' } } });
  });

  it('is a 503 with the code that the service chose, and whole seconds', async () => {
    const response = await shop.send('/v1/fails/busy');
    expect(await response.json()).toMatchObject({ status: 503, code: 'TOO_MANY_PENDING' });
    expect(response.headers.get('retry-after')).toBe('2');
    expect(shop.lines.at(-1)).toMatchObject({ level: 'info', status: 503, code: 'TOO_MANY_PENDING' });
  });

  it('is a 500 when an answer breaks its own schema, and says so in the log', async () => {
    const response = await shop.send('/v1/broken-answer');
    expect(response.status).toBe(500);
    expect(shop.lines.at(-1)).toMatchObject({ level: 'error' });
  });
});

describe('a refusal by a rule', () => {
  it('carries its code, its message and the trace', async () => {
    const response = await shop.send('/v1/products/0198c0de-0000-7000-8000-00000000000f');
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      type: 'urn:msa-event-market:problem:NOT_FOUND_PRODUCT',
      title: 'Not found',
      status: 404,
      detail: 'There is no such product.',
      instance: '/v1/products/0198c0de-0000-7000-8000-00000000000f',
      code: 'NOT_FOUND_PRODUCT',
      message: 'There is no such product.',
      traceId: response.headers.get('x-trace-id'),
    });
  });
});

describe('a rate limit', () => {
  it('of one route answers 429 with Retry-After and RateLimit headers', async () => {
    const answers = [];
    for (let i = 0; i < 3; i++) answers.push(await shop.send('/v1/limited'));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 429]);
    expect(answers[0]?.headers.get('ratelimit-remaining')).toBe('1');
    expect(Number(answers[2]?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await answers[2]?.json()).toMatchObject({ code: 'TOO_MANY_REQUESTS', status: 429 });
  });

  it('counts by user where one is signed in, and cannot be escaped by a forwarded address', async () => {
    const strict = await openShop({ rateLimit: { max: 2, seconds: 60 } });
    const as = async (headers: Record<string, string>) =>
      (await strict.send('/v1/maybe', { headers })).status;
    const one = { authorization: `Bearer ${await strict.tokens.token({ userId: 'one' })}` };
    const other = { authorization: `Bearer ${await strict.tokens.token({ userId: 'other' })}` };
    expect([await as(one), await as(one), await as(one), await as(other)]).toEqual([200, 200, 429, 200]);
    const anonymous = (address: string) => as({ 'x-forwarded-for': address });
    expect([await anonymous('1.1.1.1'), await anonymous('2.2.2.2'), await anonymous('3.3.3.3')]).toEqual([
      200, 200, 429,
    ]);
    await strict.close();
  });
});

describe('a rate limit behind a proxy', () => {
  const limited = async (trustedProxies: string[]) => {
    const shop = await openShop({ rateLimit: { max: 1, seconds: 60 }, trustedProxies });
    const from = async (address: string) =>
      (await shop.send('/v1/maybe', { headers: { 'x-forwarded-for': address } })).status;
    return { from, close: () => shop.close() };
  };

  it('that the service trusts counts the addresses that it names', async () => {
    const { from, close } = await limited(['127.0.0.1', '10.0.0.0/8']);
    expect([await from('1.1.1.1'), await from('1.1.1.1'), await from('2.2.2.2')]).toEqual([200, 429, 200]);
    // What the caller claims comes before the address that the first trusted proxy has seen.
    expect([await from('3.3.3.3, 2.2.2.2'), await from('4.4.4.4, 10.0.0.7')]).toEqual([429, 200]);
    await close();
  });

  it('that it does not trust counts the proxy', async () => {
    const { from, close } = await limited(['10.0.0.0/8']);
    expect([await from('1.1.1.1'), await from('2.2.2.2')]).toEqual([200, 429]);
    await close();
  });
});

describe('an answer', () => {
  it.each(['/v1/hot', `/v1/products/${id}`])('of %s holds only what its schema names', async (path) => {
    const text = await (await shop.send(path)).text();
    expect(text).toContain('"name":"Tea"');
    expect(text).not.toContain('secret');
  });

  it('gives the bytes of the body to a route that verifies signatures', async () => {
    const response = await shop.post('/v1/webhooks', '{"a" : 1}');
    expect(await response.json()).toEqual({ bytes: Buffer.from('{"a" : 1}').toString('hex') });
  });
});
