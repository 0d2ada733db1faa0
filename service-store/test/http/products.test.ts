import { uuidv7 } from '@msa-event-market/shared-sdk/db';
import { deliver, outboxOf } from '@msa-event-market/shared-sdk/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { reservationsConsumer } from '../../src/consumers/reservations.js';
import { openShop, orderMessages, portsOf, stockRow } from '../shop.js';
import { type StoreApp, storeApp } from '../store-app.js';

let app: StoreApp;
let shop: Awaited<ReturnType<typeof openShop>>;
let products: string;
let product: string;
let productId: string;
beforeAll(async () => {
  app = await storeApp();
});
afterAll(() => app.stop());
beforeEach(async () => {
  shop = await openShop(app.db, [10], app.owner);
  productId = shop.products[0] as string;
  products = `/v1/stores/${shop.store.id}/products`;
  product = `${products}/${productId}`;
});

const details = { name: 'Lamp', description: 'Shines', price: { amount: 990, currency: 'EUR' } };
const image = 'https://images.example/lamp.jpg';
const put = (body: object, tag?: string) =>
  app.ask('PUT', product, { as: app.owner, body, headers: tag ? { 'if-match': tag } : {} });
const increase = (quantity: number) =>
  app.ask('POST', `${product}/quantity/increase`, { as: app.owner, body: { quantity } });
const decrease = (quantity: number) =>
  app.ask('POST', `${product}/quantity/decrease`, { as: app.owner, body: { quantity } });
const told = async (key = productId) =>
  (await outboxOf(app.db)).filter((e) => e.key === key).map((e) => [e.topic, e.type, e.version, e.payload]);
/** An order takes pieces, as service-order would have it. */
const order = async (quantity: number) => {
  const messages = orderMessages([{ productId, quantity }]);
  await deliver(app.db, reservationsConsumer(portsOf(app.db)), [messages.placed]);
  return messages;
};

describe('a product', () => {
  test('is looked up within its store', async () => {
    const other = await openShop(app.db, [1], app.owner);
    const astray = `/v1/stores/${other.store.id}/products/${productId}`;
    const request = { as: app.owner, headers: { 'if-match': '"1"' } };
    for (const answer of [
      await app.ask('GET', astray),
      await app.ask('PUT', astray, { ...request, body: details }),
      await app.ask('DELETE', astray, request),
      await app.ask('GET', `${astray}/stock`, request),
      await app.ask('POST', `${astray}/quantity/increase`, { ...request, body: { quantity: 1 } }),
      await app.ask('GET', `${products}/${uuidv7()}`),
    ])
      expect(answer.body).toMatchObject({ status: 404, code: 'NOT_FOUND_PRODUCT' });
  });

  test('is not changed without If-Match, nor from an old version', async () => {
    expect((await put(details)).body).toMatchObject({ status: 428, code: 'PRECONDITION_REQUIRED' });
    expect((await put(details, '"2"')).body).toMatchObject({ status: 412, code: 'PRECONDITION_FAILED' });
    const both = await Promise.all([put(details, '"1"'), put(details, '"1"')]);
    expect(both.map((answer) => answer.status).sort()).toEqual([200, 412]);
  });

  test("is changed from the seller's version although it was sold and refilled meanwhile", async () => {
    await order(10);
    await increase(1);
    const changed = await put({ ...details, name: 'Lantern' }, '"1"');
    expect(changed.body).toMatchObject({ name: 'Lantern', quantity: 1, version: 2 });
    expect((await told()).map(([, type, version]) => [type, version])).toEqual([
      ['ProductCreated', 1],
      ['ProductQuantityChanged', 2],
      ['ProductQuantityChanged', 3],
      ['ProductUpdated', 4],
    ]);
  });

  test('is added with its price, its image and its first pieces, and announced', async () => {
    const body = { ...details, imageUrl: image, quantity: 7 };
    const { status, headers, body: added } = await app.ask('POST', products, { as: app.owner, body });
    expect(status).toBe(201);
    expect(added).toEqual({
      id: added.id,
      storeId: shop.store.id,
      ...details,
      imageUrl: image,
      quantity: 7,
      version: 1,
    });
    expect(headers).toMatchObject({ location: `${products}/${added.id}`, etag: '"1"' });
    const read = await app.ask('GET', `${products}/${added.id}`);
    expect(read.body).toEqual(added);
    expect(read.headers.etag).toBe('"1"');
    const payload = { productId: added.id, storeId: shop.store.id, name: details.name, price: details.price };
    expect(await told(added.id)).toEqual([['product', 'ProductCreated', 1, payload]]);
  });

  test('loses the image that a change does not name', async () => {
    await put({ ...details, imageUrl: image }, '"1"');
    expect((await put(details, '"2"')).body).toMatchObject({ imageUrl: null, version: 3 });
  });

  test('that is deleted is gone for readers, once, while what orders hold runs on', async () => {
    await order(4);
    expect((await app.ask('DELETE', product, { as: app.owner })).status).toBe(204);
    for (const answer of [
      await app.ask('DELETE', product, { as: app.owner }),
      await app.ask('GET', product),
      await app.ask('GET', `${product}/stock`, { as: app.owner }),
      await increase(1),
      await put(details, '"1"'),
    ])
      expect(answer.body).toMatchObject({ status: 404, code: 'NOT_FOUND_PRODUCT' });
    expect((await app.ask('GET', products)).body).toMatchObject({ products: [], metadata: { total: 0 } });
    expect((await told()).at(-1)).toEqual([
      'product',
      'ProductDeleted',
      2,
      { productId, storeId: shop.store.id },
    ]);
    expect(await stockRow(app.db, productId)).toMatchObject({ available: 6, reserved: 4, gone: true });
  });

  test('is listed with the others of its store, the oldest first, page by page', async () => {
    const { products: ids, store } = await openShop(app.db, [1, 2, 3]);
    const at = `/v1/stores/${store.id}/products`;
    const page = async (query: string) => (await app.ask('GET', `${at}?${query}`)).body;
    const first = await page('limit=2');
    const second = await page('limit=2&offset=2');
    expect(first.metadata).toEqual({ limit: 2, offset: 0, total: 3 });
    const listed = [...first.products, ...second.products];
    expect(listed.map((one) => one.id)).toEqual([...ids].sort());
    expect(listed[0]).toEqual((await app.ask('GET', `${at}/${listed[0].id}`)).body);
    expect((await page('offset=3')).products).toEqual([]);
    const unknown = await app.ask('GET', `/v1/stores/${uuidv7()}/products`);
    expect(unknown.body).toMatchObject({ status: 404, code: 'NOT_FOUND_STORE' });
  });
});

describe('its quantity', () => {
  test('is not lowered below what orders hold', async () => {
    await order(4);
    expect((await decrease(7)).body).toMatchObject({ status: 409, code: 'INSUFFICIENT_QUANTITY' });
    expect(await stockRow(app.db, productId)).toMatchObject({ available: 6, reserved: 4, received: 10 });
    expect((await decrease(6)).body).toEqual({ id: productId, quantity: 0 });
  });

  test('is taken by exactly as many as there are, when many ask at once', async () => {
    const all = await Promise.all(Array.from({ length: 15 }, () => decrease(1)));
    expect(all.filter((answer) => answer.status === 200)).toHaveLength(10);
    expect(all.filter((answer) => answer.body.code === 'INSUFFICIENT_QUANTITY')).toHaveLength(5);
  });

  test('is announced at each change by the owner', async () => {
    await increase(5);
    await decrease(3);
    expect((await told()).slice(1)).toEqual([
      ['product', 'ProductQuantityChanged', 2, { productId, storeId: shop.store.id, quantity: 15 }],
      ['product', 'ProductQuantityChanged', 3, { productId, storeId: shop.store.id, quantity: 12 }],
    ]);
  });

  test('adds up: the movements give what was received, and say who moved it and when', async () => {
    await increase(5);
    await app.ask('POST', `${product}/quantity/decrease`, { as: app.admin, body: { quantity: 3 } });
    await order(2);
    const { body } = await app.ask('GET', `${product}/stock`, { as: app.owner });
    expect(body).toMatchObject({ available: 10, reserved: 2, sold: 0, received: 12 });
    expect(body.movements.map(({ quantity, actor }: Record<string, unknown>) => [quantity, actor])).toEqual([
      [-3, app.admin.userId],
      [5, app.owner.userId],
      [10, app.owner.userId],
    ]);
    expect(Math.abs(Date.parse(body.movements[0].at) - Date.now())).toBeLessThan(60_000);
    const page = await app.ask('GET', `${product}/stock?limit=1&offset=1`, { as: app.owner });
    expect(page.body.movements).toEqual([body.movements[1]]);
    expect(page.body.metadata).toEqual({ limit: 1, offset: 1, total: 3 });
  });

  test('of a product that begins with nothing has no movement', async () => {
    const body = { ...details, quantity: 0 };
    const added = await app.ask('POST', products, { as: app.owner, body });
    const { body: stock } = await app.ask('GET', `${products}/${added.body.id}/stock`, { as: app.owner });
    expect(stock).toMatchObject({ available: 0, received: 0, movements: [], metadata: { total: 0 } });
  });

  test('has movements that the service cannot rewrite', async () => {
    for (const text of ['UPDATE stock_movement SET quantity = 1', 'DELETE FROM stock_movement'])
      await expect(app.db.query({ text })).rejects.toMatchObject({ code: '42501' });
  });
});
