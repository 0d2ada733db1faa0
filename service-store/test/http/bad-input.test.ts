import { uuidv7 } from '@msa-event-market/shared-sdk/db';
import { outboxOf } from '@msa-event-market/shared-sdk/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openShop } from '../shop.js';
import { type StoreApp, storeApp } from '../store-app.js';

let app: StoreApp;
let paths: { stores: string; store: string; products: string; product: string };
beforeAll(async () => {
  app = await storeApp();
  const shop = await openShop(app.db, [5], app.owner);
  const stores = '/v1/stores';
  const store = `${stores}/${shop.store.id}`;
  const products = `${store}/products`;
  paths = { stores, store, products, product: `${products}/${shop.products[0]}` };
});
afterAll(() => app.stop());

const store = { name: 'Shop', description: 'Sells' };
const product = { name: 'Lamp', description: 'Shines', price: { amount: 990, currency: 'EUR' } };
const newProduct = { ...product, quantity: 3 };
const price = (change: object) => ({ price: { ...product.price, ...change } });
const without = (body: Record<string, unknown>, field: string) =>
  Object.fromEntries(Object.entries(body).filter(([name]) => name !== field));

type Place = 'body' | 'query' | 'path';
type Case = [
  what: string,
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  at: () => string,
  body: unknown,
  pointer: string,
  place?: Place,
];

const texts = (method: 'POST' | 'PUT', at: () => string, good: Record<string, unknown>): Case[] => [
  ['no name', method, at, without(good, 'name'), '/name'],
  ['an empty name', method, at, { ...good, name: '' }, '/name'],
  ['a name of 101 letters', method, at, { ...good, name: 'x'.repeat(101) }, '/name'],
  ['a number for a name', method, at, { ...good, name: 7 }, '/name'],
  ['a NUL in the name', method, at, { ...good, name: 'a\0b' }, '/name'],
  ['half of a surrogate pair', method, at, { ...good, name: 'a\ud800' }, '/name'],
  ['no description', method, at, without(good, 'description'), '/description'],
  ['a description of 2,001 letters', method, at, { ...good, description: 'x'.repeat(2_001) }, '/description'],
  ['an owner', method, at, { ...good, ownerId: uuidv7() }, '/ownerId'],
  ['a version', method, at, { ...good, version: 9 }, '/version'],
  ['a status', method, at, { ...good, status: 'CLOSED' }, '/status'],
  ['a list for a body', method, at, [good], ''],
  ['nothing for a body', method, at, null, ''],
];
const prices = (method: 'POST' | 'PUT', at: () => string, good: Record<string, unknown>): Case[] => [
  ['no price', method, at, without(good, 'price'), '/price'],
  ['a price of nothing', method, at, { ...good, ...price({ amount: 0 }) }, '/price/amount'],
  ['a negative price', method, at, { ...good, ...price({ amount: -1 }) }, '/price/amount'],
  ['half a cent', method, at, { ...good, ...price({ amount: 10.5 }) }, '/price/amount'],
  ['a price beyond 2^53', method, at, { ...good, ...price({ amount: 1e300 }) }, '/price/amount'],
  [
    'a price of more than 10^9',
    method,
    at,
    { ...good, ...price({ amount: 1_000_000_001 }) },
    '/price/amount',
  ],
  ['text for a price', method, at, { ...good, ...price({ amount: '990' }) }, '/price/amount'],
  ['a currency in small letters', method, at, { ...good, ...price({ currency: 'eur' }) }, '/price/currency'],
  ['a price with more to it', method, at, { ...good, ...price({ discount: 1 }) }, '/price/discount'],
  ['a script for an image', method, at, { ...good, imageUrl: 'javascript:alert(1)' }, '/imageUrl'],
  ['an image without a host', method, at, { ...good, imageUrl: '/board.jpg' }, '/imageUrl'],
  ['a NUL in the image', method, at, { ...good, imageUrl: 'https://a.example/\0' }, '/imageUrl'],
  ['another store', method, at, { ...good, storeId: uuidv7() }, '/storeId'],
];
const pieces = (at: () => string, rest: object, least: number): Case[] => [
  ['no quantity', 'POST', at, { ...rest }, '/quantity'],
  [`a quantity of ${least - 1}`, 'POST', at, { ...rest, quantity: least - 1 }, '/quantity'],
  ['half a piece', 'POST', at, { ...rest, quantity: 1.5 }, '/quantity'],
  ['more than a million pieces', 'POST', at, { ...rest, quantity: 1_000_001 }, '/quantity'],
  ['text for a quantity', 'POST', at, { ...rest, quantity: '3' }, '/quantity'],
];
const pages = (at: () => string): Case[] => [
  ['a page of none', 'GET', () => `${at()}?limit=0`, undefined, '/limit', 'query'],
  ['a page of 101', 'GET', () => `${at()}?limit=101`, undefined, '/limit', 'query'],
  ['words for a limit', 'GET', () => `${at()}?limit=many`, undefined, '/limit', 'query'],
  ['a limit twice', 'GET', () => `${at()}?limit=1&limit=2`, undefined, '/limit', 'query'],
  ['a negative offset', 'GET', () => `${at()}?offset=-1`, undefined, '/offset', 'query'],
  ['a filter that is not known', 'GET', () => `${at()}?colour=red`, undefined, '/colour', 'query'],
];
const noId = (method: Case[1], path: string, body: unknown, pointer = '/storeId'): Case => [
  'an id that is none',
  method,
  () => path.replace(':store', pointer === '/storeId' ? '%00' : uuidv7()).replace(':product', "1' OR 1=1"),
  body,
  pointer,
  'path',
];

const increase = () => `${paths.product}/quantity/increase`;
const decrease = () => `${paths.product}/quantity/decrease`;
const cases: Case[] = [
  ...texts('POST', () => paths.stores, store),
  ...texts('PUT', () => paths.store, store),
  ...texts('POST', () => paths.products, newProduct),
  ...texts('PUT', () => paths.product, product),
  ...prices('POST', () => paths.products, newProduct),
  ...prices('PUT', () => paths.product, product),
  ['a quantity, which has endpoints of its own', 'PUT', () => paths.product, newProduct, '/quantity'],
  ...pieces(() => paths.products, product, 0),
  ...pieces(increase, {}, 1),
  ...pieces(decrease, {}, 1),
  ...pages(() => paths.stores),
  ...pages(() => paths.products),
  ...pages(() => `${paths.product}/stock`),
  noId('GET', '/v1/stores/:store', undefined),
  noId('PUT', '/v1/stores/:store', store),
  noId('DELETE', '/v1/stores/:store', undefined),
  noId('GET', '/v1/stores/:store/products', undefined),
  noId('POST', '/v1/stores/:store/products', newProduct),
  noId('GET', '/v1/stores/:store/products/:product', undefined, '/productId'),
  noId('PUT', '/v1/stores/:store/products/:product', product, '/productId'),
  noId('DELETE', '/v1/stores/:store/products/:product', undefined, '/productId'),
  noId('GET', '/v1/stores/:store/products/:product/stock', undefined, '/productId'),
  noId('POST', '/v1/stores/:store/products/:product/quantity/increase', { quantity: 1 }, '/productId'),
  noId('POST', '/v1/stores/:store/products/:product/quantity/decrease', { quantity: 1 }, '/productId'),
];

test.each(cases)('%s is refused by %s and named', async (_, method, at, body, pointer, place = 'body') => {
  const before = (await outboxOf(app.db)).length;
  const headers = { 'if-match': '"1"' };
  const { status, body: problem } = await app.ask(method, encodeURI(at()), { as: app.owner, body, headers });
  expect(problem).toMatchObject({ status: 400, code: 'INVALID_REQUEST' });
  expect(status).toBe(400);
  expect(problem.errors).toContainEqual({ in: place, pointer, detail: expect.any(String) });
  expect(await outboxOf(app.db)).toHaveLength(before);
});

test('every wrong field is named at once', async () => {
  const body = { name: '', price: { amount: 0, currency: 'x' }, quantity: -1, colour: 'red' };
  const { body: problem } = await app.ask('POST', paths.products, { as: app.owner, body });
  expect(problem.errors.map((error: { pointer: string }) => error.pointer).sort()).toEqual(
    ['/colour', '/description', '/name', '/price/amount', '/price/currency', '/quantity'].sort(),
  );
});
