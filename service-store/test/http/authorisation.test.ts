import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openShop } from '../shop.js';
import { type StoreApp, storeApp } from '../store-app.js';

let app: StoreApp;
beforeAll(async () => {
  app = await storeApp();
});
afterAll(() => app.stop());

const store = { name: 'Shop', description: 'Sells' };
const product = { name: 'Lamp', description: 'Shines', price: { amount: 990, currency: 'EUR' } };

type Operation = [
  what: string,
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: (store: string, product: string) => string,
  body: unknown,
  answers: { anonymous: number; stranger: number; owner: number; admin: number },
];
const open = (status: number) => ({ anonymous: status, stranger: status, owner: status, admin: status });
const owned = (status: number) => ({ anonymous: 401, stranger: 403, owner: status, admin: status });
const operations: Operation[] = [
  ['list stores', 'GET', () => '/v1/stores', undefined, open(200)],
  ['read a store', 'GET', (s) => `/v1/stores/${s}`, undefined, open(200)],
  ['open a store', 'POST', () => '/v1/stores', store, { ...open(201), anonymous: 401 }],
  ['change a store', 'PUT', (s) => `/v1/stores/${s}`, store, owned(200)],
  ['delete a store', 'DELETE', (s) => `/v1/stores/${s}`, undefined, owned(204)],
  ['list products', 'GET', (s) => `/v1/stores/${s}/products`, undefined, open(200)],
  ['read a product', 'GET', (s, p) => `/v1/stores/${s}/products/${p}`, undefined, open(200)],
  ['add a product', 'POST', (s) => `/v1/stores/${s}/products`, { ...product, quantity: 1 }, owned(201)],
  ['change a product', 'PUT', (s, p) => `/v1/stores/${s}/products/${p}`, product, owned(200)],
  ['delete a product', 'DELETE', (s, p) => `/v1/stores/${s}/products/${p}`, undefined, owned(204)],
  ['read the stock', 'GET', (s, p) => `/v1/stores/${s}/products/${p}/stock`, undefined, owned(200)],
  [
    'put pieces in',
    'POST',
    (s, p) => `/v1/stores/${s}/products/${p}/quantity/increase`,
    { quantity: 1 },
    owned(200),
  ],
  [
    'take pieces out',
    'POST',
    (s, p) => `/v1/stores/${s}/products/${p}/quantity/decrease`,
    { quantity: 1 },
    owned(200),
  ],
];

describe.each(operations)('%s', (_, method, path, body, answers) => {
  test.each(Object.entries(answers))('as %s is answered with %i', async (who, expected) => {
    const shop = await openShop(app.db, [5], app.owner);
    const url = path(shop.store.id, shop.products[0] as string);
    const as = who === 'anonymous' ? undefined : app[who as 'stranger' | 'owner' | 'admin'];
    const { status, body: answer } = await app.ask(method, url, { as, body, headers: { 'if-match': '"1"' } });
    expect({ status, code: answer?.code }).toEqual({
      status: expected,
      code: { 401: 'UNAUTHORIZED', 403: 'FORBIDDEN' }[expected],
    });
  });
});

test('every operation of the document is in the table above', async () => {
  const { body: document } = await app.ask('GET', '/v1/swagger/spec');
  const documented = Object.entries<object>(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const tested = operations.map(([, method, path]) => `${method} ${path('{storeId}', '{productId}')}`);
  expect(documented.sort()).toEqual(tested.sort());
});

test('a caller without a token learns nothing of the rules for a body', async () => {
  const { status } = await app.ask('POST', '/v1/stores', { body: {} });
  expect(status).toBe(401);
});
