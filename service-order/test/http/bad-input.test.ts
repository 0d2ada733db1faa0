import { uuidv7 } from '@msa-event-market/shared-sdk/db';
import { outboxOf } from '@msa-event-market/shared-sdk/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OrderApp, orderApp, orderBody, someone } from '../order-app.js';

let app: OrderApp;
let orderId: string;
const buyer = someone();
const admin = someone('admin');
beforeAll(async () => {
  app = await orderApp();
  orderId = (await app.place(buyer, good())).body.id;
});
afterAll(() => app.stop());

const good = () => orderBody(app.forSale());
const id = uuidv7();
const item = { storeId: id, productId: id, quantity: 1 };
const manyItems = Array.from({ length: 51 }, () => ({ ...item, productId: uuidv7() }));
const address = (change: object) => ({ shippingAddress: { ...good().shippingAddress, ...change } });

type Case = [what: string, body: () => unknown, pointer: string];
const orders: Case[] = [
  ['nothing', () => null, ''],
  ['a list', () => [], ''],
  ['no items', () => ({ ...good(), items: [] }), '/items'],
  ['51 items', () => ({ ...good(), items: manyItems }), '/items'],
  ['a product twice', () => ({ ...good(), items: [item, item] }), '/items/1/productId'],
  ['a quantity of 0', () => ({ ...good(), items: [{ ...item, quantity: 0 }] }), '/items/0/quantity'],
  ['half a piece', () => ({ ...good(), items: [{ ...item, quantity: 1.5 }] }), '/items/0/quantity'],
  ['text for a quantity', () => ({ ...good(), items: [{ ...item, quantity: '1' }] }), '/items/0/quantity'],
  ['an id that is none', () => ({ ...good(), items: [{ ...item, productId: 'x' }] }), '/items/0/productId'],
  ['a price', () => ({ ...good(), items: [{ ...item, unitPrice: 1 }] }), '/items/0/unitPrice'],
  ['a user', () => ({ ...good(), userId: id }), '/userId'],
  ['a status', () => ({ ...good(), status: 'CONFIRMED' }), '/status'],
  ['no payment method', () => ({ ...good(), paymentMethod: undefined }), '/paymentMethod'],
  ['a payment method with spaces', () => ({ ...good(), paymentMethod: 'my card' }), '/paymentMethod'],
  ['no address', () => ({ ...good(), shippingAddress: undefined }), '/shippingAddress'],
  ['a NUL in the street', () => ({ ...good(), ...address({ street: 'a\0' }) }), '/shippingAddress/street'],
  [
    'half of a surrogate pair',
    () => ({ ...good(), ...address({ city: '\ud800' }) }),
    '/shippingAddress/city',
  ],
  [
    'a country in words',
    () => ({ ...good(), ...address({ country: 'Germany' }) }),
    '/shippingAddress/country',
  ],
  ['an expected total beyond 2^53', () => ({ ...good(), expectedTotal: 1e300 }), '/expectedTotal'],
  ['more than 10^12', () => ({ ...good(), expectedTotal: 1_000_000_000_001 }), '/expectedTotal'],
];

test.each(orders)('an order of %s is refused, named, and changes nothing', async (_, body, pointer) => {
  const before = (await outboxOf(app.db)).length;
  const refused = await app.place(buyer, body());
  expect([refused.status, refused.body.code]).toEqual([400, 'INVALID_REQUEST']);
  expect(refused.body.errors).toContainEqual({ in: 'body', pointer, detail: expect.any(String) });
  expect(await outboxOf(app.db)).toHaveLength(before);
});

const parts: Case[] = [
  ['nothing', () => undefined, ''],
  ['no store', () => ({}), '/storeId'],
  ['a store whose id is none', () => ({ storeId: 7 }), '/storeId'],
  ['more than a store', () => ({ storeId: id, carrier: 'DHL' }), '/carrier'],
];
test.each(['ship', 'deliver'].flatMap((way) => parts.map((part) => [way, ...part] as const)))(
  'to %s %s is refused, named, and changes nothing',
  async (way, _, body, pointer) => {
    const before = (await outboxOf(app.db)).length;
    const path = `/v1/orders/${orderId}/${way}`;
    const refused = await app.ask('POST', path, { as: admin, body: body() });
    expect([refused.status, refused.body.code]).toEqual([400, 'INVALID_REQUEST']);
    expect(refused.body.errors).toContainEqual({ in: 'body', pointer, detail: expect.any(String) });
    expect(await outboxOf(app.db)).toHaveLength(before);
  },
);

test.each([
  ['GET', '', undefined],
  ['POST', '/cancel', undefined],
  ['POST', '/ship', { storeId: id }],
  ['POST', '/deliver', { storeId: id }],
] as const)(
  '%s /v1/orders/{orderId}%s refuses an id that is none, and names it',
  async (method, way, body) => {
    for (const none of ['x', "1' OR 1=1", '\0']) {
      const path = `/v1/orders/${encodeURIComponent(none)}${way}`;
      const refused = await app.ask(method, path, { as: admin, body });
      expect([refused.status, refused.body.errors]).toMatchObject([
        400,
        [{ in: 'path', pointer: '/orderId' }],
      ]);
    }
  },
);

test.each([
  ['limit=0', '/limit'],
  ['limit=101', '/limit'],
  ['limit=many', '/limit'],
  ['cursor=xyz', '/cursor'],
  ['status=LOST', '/status'],
  ['userId=me', '/userId'],
  ['colour=red', '/colour'],
])('a list refuses ?%s and names it', async (query, pointer) => {
  const { status, body } = await app.ask('GET', `/v1/orders?${query}`, { as: buyer });
  expect([status, body.errors]).toMatchObject([400, [{ in: 'query', pointer }]]);
});
