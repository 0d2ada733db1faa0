import { deliver, message } from '@msa-event-market/shared-sdk/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deletionsConsumer } from '../../src/consumers/deletions.js';
import { openShop, portsOf, someone, stockRow } from '../shop.js';
import { type StoreApp, storeApp } from '../store-app.js';

let app: StoreApp;
beforeAll(async () => {
  app = await storeApp();
});
afterAll(() => app.stop());

type Someone = ReturnType<typeof someone>;
const product = { name: 'Lamp', description: '', price: { amount: 1, currency: 'EUR' }, quantity: 1 };
const add = (storeId: string, as: Someone) =>
  app.ask('POST', `/v1/stores/${storeId}/products`, { as, body: product });
const open = (as: Someone) => app.ask('POST', '/v1/stores', { as, body: { name: 'Shop', description: '' } });
const codes = (answers: { status: number; body: { code?: string } }[]) =>
  answers.map(({ status, body }) => body?.code ?? status).sort();

/** As if they had been added one by one. */
async function fill(storeId: string, products: number): Promise<void> {
  await app.db.query({
    text: `WITH added AS (
             INSERT INTO product (id, store_id, name, description, price, currency, version)
             SELECT gen_random_uuid(), $1, 'Lamp', '', 1, 'EUR', 1 FROM generate_series(1, $2) RETURNING id, store_id)
           INSERT INTO stock (product_id, store_id, available, received, version) SELECT id, store_id, 0, 0, 1 FROM added`,
    values: [storeId, products],
  });
}

describe('an owner who has 9,999 products on sale', () => {
  test('can add one more, whichever of their stores they ask at once', async () => {
    const owner = someone();
    const [one, two] = [await openShop(app.db, [], owner), await openShop(app.db, [], owner)];
    await fill(one.store.id, 9_999);
    const both = await Promise.all([add(one.store.id, owner), add(two.store.id, app.admin)]);
    expect(codes(both)).toEqual([201, 'TOO_MANY_PRODUCTS']);
    expect((await add(two.store.id, owner)).body).toMatchObject({ status: 409, code: 'TOO_MANY_PRODUCTS' });
    expect((await add(two.store.id, someone())).body.code).toBe('FORBIDDEN');
    expect(codes([await add((await openShop(app.db, [])).store.id, app.admin)])).toEqual([201]);
  });

  test('has room again when a product or a store is gone', async () => {
    const owner = someone();
    const [one, two] = [await openShop(app.db, [1], owner), await openShop(app.db, [1], owner)];
    await fill(one.store.id, 9_998);
    expect(codes([await add(one.store.id, owner)])).toEqual(['TOO_MANY_PRODUCTS']);
    await app.ask('DELETE', `/v1/stores/${one.store.id}/products/${one.products[0]}`, { as: owner });
    expect(codes([await add(one.store.id, owner), await add(one.store.id, owner)])).toEqual([
      201,
      'TOO_MANY_PRODUCTS',
    ]);
    await app.ask('DELETE', `/v1/stores/${one.store.id}`, { as: owner });
    expect(codes([await add(two.store.id, owner)])).toEqual([201]);
  });
});

test('of two stores that an owner of 99 opens at once one is refused, and closing one makes room', async () => {
  const owner = someone();
  for (let n = 0; n < 99; n++) await open(owner);
  const both = await Promise.all([open(owner), open(owner)]);
  expect(codes(both)).toEqual([201, 'TOO_MANY_STORES']);
  const opened = both.find(({ status }) => status === 201);
  await app.ask('DELETE', `/v1/stores/${opened?.body.id}`, { as: owner });
  expect(codes([await open(owner)])).toEqual([201]);
});

test('all that an owner may have is taken off sale in one transaction, within its time', async () => {
  const owner = someone();
  const { store, products } = await openShop(app.db, [1], owner);
  await fill(store.id, 9_999);
  for (let n = 0; n < 99; n++) await open(owner);
  const deleted = message('UserDeleted', { userId: owner.userId }, { topic: 'user', key: owner.userId });
  await deliver(app.db, deletionsConsumer(portsOf(app.db)), [deleted]);
  const { rows } = await app.db.query({
    text: `SELECT status, count(*) AS n, (SELECT count(*) FROM stock WHERE store_id = $2 AND NOT gone) AS "onSale"
           FROM store WHERE owner_id = $1 GROUP BY status`,
    values: [owner.userId, store.id],
  });
  expect(rows).toEqual([{ status: 'CLOSED', n: 100, onSale: 0 }]);
  expect(await stockRow(app.db, products[0] as string)).toMatchObject({ gone: true, version: 2 });
});
