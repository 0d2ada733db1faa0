import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Problem } from '../../src/http/index.js';
import { type Body, id, openShop, raw } from './shop.js';

let shop: Awaited<ReturnType<typeof openShop>>;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const good = { name: 'Tea', price: { amount: 450, currency: 'EUR' }, quantity: 3 };
const jsonBody = { body: JSON.stringify(good), headers: { 'content-type': 'application/json' } };
const json = (change: object) => JSON.stringify({ ...good, ...change });

const badBodies: [what: string, body: Body, code: string, pointer?: string][] = [
  ['nothing', '', 'INVALID_REQUEST', ''],
  ['no JSON', '{"name":', 'MALFORMED_JSON'],
  ['a number and rubbish', '1x', 'MALFORMED_JSON'],
  ['single quotes', "{'name':'Tea'}", 'MALFORMED_JSON'],
  ['null', 'null', 'INVALID_REQUEST', ''],
  ['a list', '[]', 'INVALID_REQUEST', ''],
  ['a text', '"Tea"', 'INVALID_REQUEST', ''],
  ['an unknown field', json({ role: 'admin' }), 'INVALID_REQUEST', '/role'],
  ['an unknown field with a slash and a tilde', json({ 'a/b~c': 1 }), 'INVALID_REQUEST', '/a~1b~0c'],
  ['an unknown nested field', json({ price: { ...good.price, tax: 1 } }), 'INVALID_REQUEST', '/price/tax'],
  ['a missing field', json({ quantity: undefined }), 'INVALID_REQUEST', '/quantity'],
  ['a number as text', json({ quantity: '3' }), 'INVALID_REQUEST', '/quantity'],
  ['a boolean as number', json({ quantity: true }), 'INVALID_REQUEST', '/quantity'],
  ['a number as a list', json({ quantity: [3] }), 'INVALID_REQUEST', '/quantity'],
  ['half a piece', json({ quantity: 0.5 }), 'INVALID_REQUEST', '/quantity'],
  ['a negative amount', json({ price: { amount: -1, currency: 'EUR' } }), 'INVALID_REQUEST', '/price/amount'],
  [
    'a huge integer',
    `{"name":"Tea","price":{"amount":450,"currency":"EUR"},"quantity":1${'0'.repeat(400)}}`,
    'INVALID_REQUEST',
    '/quantity',
  ],
  [
    '2^53',
    `{"name":"Tea","price":{"amount":9007199254740993,"currency":"EUR"},"quantity":1}`,
    'INVALID_REQUEST',
    '/price/amount',
  ],
  [
    '1e999, which is infinite',
    `{"name":"Tea","price":{"amount":1e999,"currency":"EUR"},"quantity":1}`,
    'INVALID_REQUEST',
    '/price/amount',
  ],
  [
    'NUL in a text',
    '{"name":"a\\u0000b","price":{"amount":1,"currency":"EUR"},"quantity":1}',
    'INVALID_REQUEST',
    '/name',
  ],
  [
    'half of a surrogate pair',
    '{"name":"a\\ud800b","price":{"amount":1,"currency":"EUR"},"quantity":1}',
    'INVALID_REQUEST',
    '/name',
  ],
  ['a text that is too long', json({ name: 'x'.repeat(41) }), 'INVALID_REQUEST', '/name'],
  ['an empty text', json({ name: '' }), 'INVALID_REQUEST', '/name'],
  ['too many items', json({ tags: ['a', 'b', 'c', 'd'] }), 'INVALID_REQUEST', '/tags'],
  ['a wrong item', json({ tags: ['a', 7] }), 'INVALID_REQUEST', '/tags/1'],
  ['__proto__', '{"__proto__":{"admin":true},"name":"Tea"}', 'MALFORMED_JSON'],
  ['an escaped __proto__', '{"\\u005f\\u005fproto__":{"admin":true}}', 'MALFORMED_JSON'],
  ['constructor.prototype', '{"constructor":{"prototype":{"admin":true}}}', 'MALFORMED_JSON'],
  ['a raw NUL', '{"name":"\0"}', 'MALFORMED_JSON'],
  ['bytes that are no UTF-8', Buffer.from('{"name":"\xff\xfe"}', 'latin1'), 'MALFORMED_JSON'],
  [
    'an overlong encoding',
    Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]),
    'MALFORMED_JSON',
  ],
  ['UTF-16', Buffer.from(JSON.stringify(good), 'utf16le'), 'MALFORMED_JSON'],
  ['30,000 nested lists', '['.repeat(30_000) + ']'.repeat(30_000), 'INVALID_REQUEST', ''],
  ['6,000 nested objects', `${'{"a":'.repeat(6000)}1${'}'.repeat(6000)}`, 'INVALID_REQUEST', '/a'],
];

describe('a bad body', () => {
  it.each(badBodies)('is refused with 400: %s', async (_, body, code, pointer) => {
    const response = await shop.post('/v1/products', body);
    expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    const problem = (await response.json()) as Problem;
    expect(problem).toMatchObject({ status: 400, code, instance: '/v1/products' });
    expect(response.status).toBe(400);
    expect(problem.message).toBe(problem.detail);
    expect(problem.traceId).toBe(response.headers.get('x-trace-id'));
    if (pointer !== undefined)
      expect(problem.errors).toContainEqual(expect.objectContaining({ in: 'body', pointer }));
  });

  it('names every wrong field at once', async () => {
    const response = await shop.post('/v1/products', json({ name: '', quantity: -1, x: 1 }));
    const { errors } = (await response.json()) as Problem;
    expect(errors?.map((e) => e.pointer).sort()).toEqual(['/name', '/quantity', '/x']);
  });

  it('answers briefly, however much is wrong', async () => {
    const many = Object.fromEntries(Array.from({ length: 2500 }, (_, n) => [`field${n}`, n]));
    const response = await shop.post('/v1/products', json(many));
    expect(response.status).toBe(400);
    expect((await response.text()).length).toBeLessThan(4000);
  });

  it('deep inside of a field that takes anything harms nobody', async () => {
    const deep = `${'{"a":'.repeat(6000)}1${'}'.repeat(6000)}`;
    const response = await shop.post('/v1/products', json({}).replace(/}$/, `,"attributes":${deep}}`));
    expect(response.status).toBe(201);
  });

  it.each([
    ['text/plain', 'text/plain'],
    ['a form', 'application/x-www-form-urlencoded'],
    ['multipart', 'multipart/form-data; boundary=x'],
    ['XML', 'application/xml'],
    ['no media type at all', 'nonsense'],
    ['JSON in Latin-1', 'application/json; charset=iso-8859-1'],
    ['JSON in UTF-16', 'application/json; charset="utf-16"'],
  ])('of another kind is 415: %s', async (_, type) => {
    const response = await shop.post('/v1/products', json({}), { 'content-type': type });
    expect(response.status).toBe(415);
    expect(await response.json()).toMatchObject({ code: 'UNSUPPORTED_MEDIA_TYPE', status: 415 });
  });

  it('that is compressed is 415', async () => {
    const response = await shop.post('/v1/products', json({}), { 'content-encoding': 'gzip' });
    expect(response.status).toBe(415);
  });

  it('over 64 KiB is 413, whether its length is announced or not', async () => {
    const announced = await shop.post('/v1/products', json({ name: 'x'.repeat(65_536) }));
    expect(announced.status).toBe(413);
    expect(await announced.json()).toMatchObject({ code: 'BODY_TOO_LARGE' });
    const chunk = `8000\r\n${'x'.repeat(0x8000)}\r\n`;
    const chunked = await raw(
      shop.port,
      `POST /v1/products HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(3)}0\r\n\r\n`,
    );
    expect(chunked).toContain('HTTP/1.1 413');
    expect(chunked).toContain('BODY_TOO_LARGE');
  });

  it('is taken exactly as it is: a good one passes, in any case of charset', async () => {
    const response = await shop.post('/v1/products', json({ name: 'Tee für zwei 🍵' }), {
      'content-type': 'application/json;charset=UTF-8',
    });
    expect(response.status).toBe(201);
    expect(await response.json()).toEqual({ id, name: 'Tee für zwei 🍵', price: good.price });
  });

  it.each([
    ['nothing', undefined],
    ['nothing, said to be JSON', ''],
    ['{}, which many clients send', '{}'],
  ])('is not needed where none is asked for: %s is taken', async (_, body) => {
    const authorization = `Bearer ${await shop.tokens.token()}`;
    const type = body !== undefined && { 'content-type': 'application/json' };
    const init = { method: 'POST', headers: { authorization, ...type }, ...(body && { body }) };
    const response = await shop.send(`/v1/orders/${id}/cancel`, init);
    expect(await response.json()).toMatchObject({ code: 'NOT_FOUND_ORDER' });
  });

  it.each([
    ['a field', '{"reason":"x"}', '/reason'],
    ['a field with a slash', '{"a/b":{"c":1}}', '/a~1b'],
    ['a list', '[]', ''],
    ['null', 'null', ''],
    ['a text', '"x"', ''],
    ['a number', '0', ''],
  ])('is refused where none is asked for: %s', async (_, body, pointer) => {
    const authorization = `Bearer ${await shop.tokens.token()}`;
    const response = await shop.post(`/v1/orders/${id}/cancel`, body, { authorization });
    expect(await response.json()).toMatchObject({
      status: 400,
      code: 'INVALID_REQUEST',
      errors: [{ in: 'body', pointer }],
    });
  });

  it('is not looked at before it is known who asks', async () => {
    const response = await shop.post(`/v1/orders/${id}/cancel?x=1`, '{"reason":"x"}');
    expect(response.status).toBe(401);
  });
});

describe('a bad address', () => {
  it.each([
    ['/v1/products/7', '/id'],
    ['/v1/products/%00', '/id'],
    [`/v1/products/${id}%00`, '/id'],
    ["/v1/products/'%20OR%201=1", '/id'],
    ['/v1/products/..%2f..%2fetc%2fpasswd', '/id'],
  ])('%s is 400', async (path, pointer) => {
    const response = await shop.send(path);
    expect(await response.json()).toMatchObject({ status: 400, errors: [{ in: 'path', pointer }] });
  });

  it.each([
    'limit=0',
    'limit=101',
    'limit=-1',
    'limit=1.5',
    'limit=1e1',
    'limit=',
    'limit=%00',
    'limit=0x10',
    'limit= 1',
  ])('?%s is 400', async (query) => {
    const response = await shop.send(`/v1/products?${query}`);
    expect(await response.json()).toMatchObject({
      status: 400,
      errors: [{ in: 'query', pointer: '/limit' }],
    });
  });

  it.each([
    'limit=1&limit=2',
    'unknown=1',
    '__proto__=1',
    '__proto__[x]=1',
    'constructor=1',
    'limit[]=1',
    '=1',
    '%zz=1',
  ])('?%s is 400', async (query) => {
    const response = await shop.send(`/v1/products?${query}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'INVALID_REQUEST' });
  });

  it.each([
    ['GET', `/v1/products/${id}`],
    ['HEAD', `/v1/products/${id}`],
    ['PUT', `/v1/products/${id}`],
    ['POST', '/v1/products'],
    ['GET', '/v1/hot'],
    ['GET', '/v1/unguarded'],
  ])('%s %s takes no query: what it does not know is 400', async (method, path) => {
    const response = await shop.send(`${path}?x=1&a%2Fb`, { method, ...(method === 'POST' && jsonBody) });
    expect(response.status).toBe(400);
    if (method === 'HEAD') return;
    expect(await response.json()).toMatchObject({
      code: 'INVALID_REQUEST',
      errors: [
        { in: 'query', pointer: '/x', detail: 'is not known' },
        { in: 'query', pointer: '/a~1b', detail: 'is not known' },
      ],
    });
  });

  it.each(['/healthz?x=1', '/v1/swagger/spec?x=1', '/v1/swagger/?x=1', '/v1/swagger/static/index.css?v=2'])(
    '%s is no operation: a probe or a browser may ask as it likes',
    async (path) => {
      expect((await shop.send(path)).status).toBe(200);
    },
  );

  it('takes what a list takes, with its defaults', async () => {
    expect(await (await shop.send('/v1/products?limit=7')).json()).toEqual({ limit: 7, offset: 0 });
  });

  it.each(['/v1/%zz', '/v1/%c3%28', '/%'])(
    '%s, which cannot be decoded, is 400 with a trace and a log line',
    async (path) => {
      const answer = await raw(shop.port, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      expect(answer).toMatch(
        /^HTTP\/1.1 400 .*x-trace-id: [\da-f]{32}.*application\/problem\+json.*INVALID_REQUEST/is,
      );
      expect(shop.lines.at(-1)).toMatchObject({ path, status: 400, code: 'INVALID_REQUEST' });
    },
  );

  it('that is very long is no 500', async () => {
    const response = await shop.send(`/v1/products/${'x'.repeat(5000)}`);
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
  });

  it('that does not exist is 404, whatever the body and the query', async () => {
    for (const body of ['{"a":', Buffer.from([0xff]), '{"a":1}']) {
      const response = await shop.post('/v1/nothing?x=1', body);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ code: 'NOT_FOUND', instance: '/v1/nothing' });
    }
  });

  it.each([
    ['DELETE', '/v1/products', 'POST, GET, HEAD'],
    ['PATCH', `/v1/products/${id}`, 'GET, HEAD, PUT'],
    ['GET', `/v1/orders/${id}/cancel`, 'POST'],
    ['OPTIONS', '/v1/orders', 'POST'],
    ['QUERY', '/v1/products', 'POST, GET, HEAD'],
    ['PROPFIND', '/v1/orders', 'POST'],
  ])('%s %s is 405 and tells what is allowed', async (method, path, allow) => {
    const answer = await raw(shop.port, `${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 405 /);
    expect(answer).toContain(`allow: ${allow}\r\n`);
    expect(answer).toContain('METHOD_NOT_ALLOWED');
  });
});

describe('what is no HTTP', () => {
  it.each([
    ['rubbish', 'GET / RUBBISH\r\n\r\n', 400],
    ['a space in a header name', 'GET / HTTP/1.1\r\nHost: x\r\nBad Name: y\r\n\r\n', 400],
    [
      'both lengths',
      'POST /v1/products HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['headers of 20 KB', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`, 431],
  ])('is refused with problem+json: %s', async (_, bytes, status) => {
    const answer = await raw(shop.port, bytes);
    expect(answer).toContain(`HTTP/1.1 ${status} `);
    expect(answer).toContain('application/problem+json');
    const body = answer.slice(answer.indexOf('\r\n\r\n') + 4);
    expect(JSON.parse(body)).toMatchObject({ status });
  });
});
