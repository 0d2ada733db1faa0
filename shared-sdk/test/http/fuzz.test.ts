import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { id, openShop } from './shop.js';

let shop: Awaited<ReturnType<typeof openShop>>;
let authorization: string;
beforeAll(async () => {
  shop = await openShop();
  authorization = `Bearer ${await shop.tokens.token({ role: 'admin' })}`;
});
afterAll(() => shop.close());

const nasty = fc.constantFrom(
  '\0',
  '\ud800',
  '__proto__',
  'constructor',
  '../../etc/passwd',
  '%00',
  "' OR 1=1 --",
  '1e999',
);
const text = fc.oneof(fc.string({ unit: 'binary' }), nasty);
const anything = fc.anything({
  key: text,
  values: [text, fc.double(), fc.maxSafeInteger(), fc.boolean(), fc.constant(null)],
});
const near = fc.record(
  {
    name: fc.oneof(text, anything),
    price: fc.oneof(fc.record({ amount: fc.oneof(fc.double(), anything), currency: text }), anything),
    quantity: fc.oneof(fc.integer(), anything),
    productId: fc.oneof(fc.constant(id), text),
  },
  { requiredKeys: [] },
);
const body = fc.oneof(
  anything.map((value) => JSON.stringify(value) ?? ''),
  near.map((value) => JSON.stringify(value)),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
);
const segment = fc.oneof(
  fc.constant(id),
  text.map(encodeSafely),
  fc.string().map((raw) => raw.replace(/[\s#?]/g, '')),
);

function encodeSafely(raw: string): string {
  return Buffer.from(raw)
    .toString('latin1')
    .replace(/[^\w]/g, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

describe('whatever is sent', () => {
  it('is never our failure, and every refusal is a problem', async () => {
    const request = fc.record({
      method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH') as fc.Arbitrary<'GET'>,
      url: fc.oneof(
        segment.map((one) => `/v1/products/${one}`),
        segment.map((one) => `/v1/orders/${one}/cancel`),
        fc.constantFrom('/v1/products', '/v1/orders'),
        fc
          .tuple(text, text)
          .map(
            ([key, value]) =>
              `/v1/products?${encodeSafely(key)}=${encodeSafely(value)}&limit=${encodeSafely(value)}`,
          ),
      ),
      payload: body,
      type: fc.constantFrom(
        'application/json',
        'application/json; charset=utf-8',
        'text/plain',
        'application/json; charset=\u00e9',
      ),
    });
    await fc.assert(
      fc.asyncProperty(request, async ({ method, url, payload, type }) => {
        const headers = { 'content-type': type, authorization, 'idempotency-key': 'k', 'if-match': '"3"' };
        const response = await shop.app.inject({
          method,
          url,
          headers,
          ...(method !== 'GET' && { payload }),
        });
        expect(response.statusCode, `${method} ${url} ${response.body}`).toBeLessThan(500);
        if (response.statusCode >= 400)
          expect(response.json()).toMatchObject({ status: response.statusCode, code: expect.any(String) });
      }),
      { seed: 20, numRuns: 1500 },
    );
  });
});
