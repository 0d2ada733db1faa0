import { uuidv7 } from '@msa-event-market/shared-sdk/db';
import { outboxOf } from '@msa-event-market/shared-sdk/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openShop, stockRow } from '../shop.js';
import { type StoreApp, storeApp } from '../store-app.js';

let app: StoreApp;
beforeAll(async () => {
  app = await storeApp();
});
afterAll(() => app.stop());

const body = { name: 'Corner shop', description: 'All sorts' };
const open = async () => (await app.ask('POST', '/v1/stores', { as: app.owner, body })).body;
const change = (id: string, headers: Record<string, string> = {}, to: object = body) =>
  app.ask('PUT', `/v1/stores/${id}`, { as: app.owner, body: to, headers });
const told = async (key: string) =>
  (await outboxOf(app.db)).filter((e) => e.key === key).map((e) => [e.topic, e.type, e.version, e.payload]);

test.each(['GET', 'PUT', 'DELETE'] as const)('%s of a store that never was is 404', async (method) => {
  const request = { as: app.owner, headers: { 'if-match': '"1"' }, ...(method === 'PUT' && { body }) };
  const answer = await app.ask(method, `/v1/stores/${uuidv7()}`, request);
  expect(answer.body).toMatchObject({ status: 404, code: 'NOT_FOUND_STORE' });
});

test('a change needs If-Match', async () => {
  const { id } = await open();
  expect((await change(id)).body).toMatchObject({ status: 428, code: 'PRECONDITION_REQUIRED' });
});

test.each(['"2"', '"0"', 'W/"1"', '*', '1', '"one"'])(
  'a change with If-Match %s matches nothing',
  async (tag) => {
    const { id } = await open();
    expect((await change(id, { 'if-match': tag })).body).toMatchObject({
      status: 412,
      code: 'PRECONDITION_FAILED',
    });
    expect((await app.ask('GET', `/v1/stores/${id}`)).body.version).toBe(1);
  },
);

test('of two changes made from the same version one is refused', async () => {
  const { id } = await open();
  const both = await Promise.all([change(id, { 'if-match': '"1"' }), change(id, { 'if-match': '"1"' })]);
  expect(both.map((answer) => answer.status).sort()).toEqual([200, 412]);
});

test('opening gives the store to the caller, says where it is, and announces it', async () => {
  const { status, headers, body: store } = await app.ask('POST', '/v1/stores', { as: app.owner, body });
  expect(status).toBe(201);
  expect(store).toEqual({ id: store.id, ownerId: app.owner.userId, ...body, status: 'OPEN', version: 1 });
  expect(headers).toMatchObject({ location: `/v1/stores/${store.id}`, etag: '"1"' });
  const read = await app.ask('GET', `/v1/stores/${store.id}`);
  expect(read.body).toEqual(store);
  expect(read.headers.etag).toBe('"1"');
  const payload = { storeId: store.id, ownerId: app.owner.userId, name: body.name };
  expect(await told(store.id)).toEqual([['store', 'StoreCreated', 1, payload]]);
});

test('an admin changes what a store says, and never whose it is', async () => {
  const { id } = await open();
  const changed = await app.ask('PUT', `/v1/stores/${id}`, {
    as: app.admin,
    body: { name: 'Better', description: '' },
    headers: { 'if-match': '"1"' },
  });
  expect(changed.body).toMatchObject({
    name: 'Better',
    description: '',
    ownerId: app.owner.userId,
    version: 2,
  });
  expect(changed.headers.etag).toBe('"2"');
  expect((await told(id)).at(-1)?.slice(1, 3)).toEqual(['StoreUpdated', 2]);
});

test('deleting closes the store with its products, once', async () => {
  const shop = await openShop(app.db, [3, 4], app.owner);
  const at = `/v1/stores/${shop.store.id}`;
  expect((await app.ask('DELETE', at, { as: app.owner })).status).toBe(204);
  const product = { name: 'Late', description: '', price: { amount: 1, currency: 'EUR' }, quantity: 1 };
  for (const answer of [
    await app.ask('DELETE', at, { as: app.owner }),
    await app.ask('GET', at),
    await app.ask('GET', `${at}/products`),
    await app.ask('GET', `${at}/products/${shop.products[0]}`),
    await app.ask('GET', `${at}/products/${shop.products[0]}/stock`, { as: app.owner }),
    await app.ask('POST', `${at}/products`, { as: app.owner, body: product }),
  ])
    expect(answer.body).toMatchObject({ status: 404, code: 'NOT_FOUND_STORE' });

  const payload = { storeId: shop.store.id, ownerId: app.owner.userId };
  expect((await told(shop.store.id)).at(-1)).toEqual(['store', 'StoreDeleted', 2, payload]);
  for (const productId of shop.products) {
    expect((await told(productId)).map(([, type, version]) => [type, version])).toEqual([
      ['ProductCreated', 1],
      ['ProductDeleted', 2],
    ]);
    expect(await stockRow(app.db, productId)).toMatchObject({ gone: true, version: 2 });
  }
});

test('a product added while its store is deleted is either refused or deleted with it', async () => {
  const body = { name: 'Race', description: '', price: { amount: 1, currency: 'EUR' }, quantity: 1 };
  for (let n = 0; n < 20; n++) {
    const { id } = await open();
    const [added] = await Promise.all([
      app.ask('POST', `/v1/stores/${id}/products`, { as: app.owner, body }),
      app.ask('DELETE', `/v1/stores/${id}`, { as: app.owner }),
    ]);
    if (added.status === 201) expect(await stockRow(app.db, added.body.id)).toMatchObject({ gone: true });
    else expect(added.body.code).toBe('NOT_FOUND_STORE');
  }
});

test('a list shows open stores, the oldest first, page by page', async () => {
  const { body: all } = await app.ask('GET', '/v1/stores?limit=100');
  const { total } = all.metadata;
  expect(all.stores).toHaveLength(total);
  expect(all.stores.every((store: { status: string }) => store.status === 'OPEN')).toBe(true);
  const created = [await open(), await open()].map((store) => store.id);
  const last = await app.ask('GET', `/v1/stores?limit=2&offset=${total}`);
  expect(last.body.stores.map((store: { id: string }) => store.id).sort()).toEqual(created.sort());
  expect(last.body.metadata).toEqual({ limit: 2, offset: total, total: total + 2 });
  const beyond = await app.ask('GET', `/v1/stores?offset=${total + 2}`);
  expect(beyond.body).toEqual({ stores: [], metadata: { limit: 50, offset: total + 2, total: total + 2 } });
});
