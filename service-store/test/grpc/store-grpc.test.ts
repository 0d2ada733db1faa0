import { uuidv7 } from '@msa-event-market/shared-sdk/db';
import { type GrpcClient, grpcClient } from '@msa-event-market/shared-sdk/grpc';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openShop } from '../shop.js';
import { type StoreApp, storeApp } from '../store-app.js';

let app: StoreApp;
let client: GrpcClient<'market.store.v1.StoreService'>;
const token = { owner: '', stranger: '', admin: '' };
beforeAll(async () => {
  app = await storeApp();
  const { grpc } = await app.service.start();
  client = grpcClient('market.store.v1.StoreService', grpc);
  for (const who of ['owner', 'stranger', 'admin'] as const) token[who] = await app.tokenOf(app[who]);
});
afterAll(async () => {
  client.close();
  await app.stop();
});

const owner = () => ({ token: token.owner });
const details = { name: 'Lamp', description: 'Shines', price: { amount: 990, currency: 'EUR' } };

describe('BatchGetProduct', () => {
  test('refuses an empty list, an id that is none, and more than 500', async () => {
    for (const productIds of [[], ['x'], Array.from({ length: 501 }, () => uuidv7())])
      await expect(client.BatchGetProduct({ productIds })).rejects.toMatchObject({
        code: 'INVALID_REQUEST',
        fields: [{ pointer: expect.stringMatching(/^\/productIds(\/0)?$/) }],
      });
  });

  test('quotes products of several stores without a token, says which were deleted, leaves out unknown ones', async () => {
    const [one, two] = [await openShop(app.db, [5, 0], app.owner), await openShop(app.db, [7], app.stranger)];
    const [lamp, chair] = one.products as [string, string];
    await client.DeleteProduct({ storeId: one.store.id, id: chair }, owner());
    await client.DeleteStore({ id: two.store.id }, { token: token.stranger });
    const { products } = await client.BatchGetProduct({
      productIds: [lamp, chair, two.products[0] as string, uuidv7(), lamp],
    });
    const quote = {
      productId: lamp,
      storeId: one.store.id,
      sellerId: app.owner.userId,
      name: 'Lamp',
      price: details.price,
      version: 1,
      deleted: false,
      available: 5,
    };
    const gone = { ...quote, deleted: true };
    expect(products).toHaveLength(3);
    expect(products).toEqual(
      expect.arrayContaining([
        quote,
        { ...gone, productId: chair, available: 0 },
        {
          ...gone,
          productId: two.products[0],
          storeId: two.store.id,
          sellerId: app.stranger.userId,
          available: 7,
        },
      ]),
    );
  });
});

describe('the rules of REST hold here too:', () => {
  test('what is not public asks for a token, and for the owner or an admin', async () => {
    const { store, products } = await openShop(app.db, [5], app.owner);
    const at = { storeId: store.id, id: products[0] as string };
    const calls: ((options: { token?: string }) => Promise<unknown>)[] = [
      (by) => client.UpdateStore({ id: store.id, version: 1, name: 'New', description: '' }, by),
      (by) => client.CreateProduct({ storeId: store.id, ...details, quantity: 1 }, by),
      (by) => client.UpdateProduct({ ...at, version: 1, ...details }, by),
      (by) => client.IncreaseProductQuantity({ ...at, quantity: 1 }, by),
      (by) => client.DecreaseProductQuantity({ ...at, quantity: 1 }, by),
      (by) => client.GetStock({ ...at, limit: 0, offset: 0 }, by),
      (by) => client.DeleteProduct(at, by),
      (by) => client.DeleteStore({ id: store.id }, by),
    ];
    for (const call of calls) {
      await expect(call({})).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
      await expect(call({ token: token.stranger })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    }
    await expect(client.CreateStore({ name: 'Shop', description: '' })).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
    });
    for (const call of calls) await call({ token: token.admin });
  });

  test('every wrong field is named', async () => {
    const { store } = await openShop(app.db, [], app.owner);
    const wrong = {
      storeId: store.id,
      name: '',
      description: '',
      price: { amount: 0, currency: 'x' },
      quantity: -1,
    };
    const { fields } = await client.CreateProduct(wrong, owner()).catch((error) => error);
    expect(fields.map((field: { pointer: string }) => field.pointer).sort()).toEqual(
      ['/name', '/price/amount', '/price/currency', '/quantity'].sort(),
    );
    const dear = { ...wrong, name: 'Lamp', quantity: 1, price: { amount: 1_000_000_001, currency: 'EUR' } };
    await expect(client.CreateProduct(dear, owner())).rejects.toMatchObject({
      fields: [{ pointer: '/price/amount' }],
    });
    const { price: _, ...priceless } = { ...details, storeId: store.id, quantity: 1 };
    await expect(client.CreateProduct(priceless as never, owner())).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      fields: [{ pointer: '/price' }],
    });
  });

  test('an old version is a precondition that failed, too many pieces a conflict, an unknown id not found', async () => {
    const { store, products } = await openShop(app.db, [5], app.owner);
    const at = { storeId: store.id, id: products[0] as string };
    const calls: [string, () => Promise<unknown>][] = [
      [
        'PRECONDITION_FAILED',
        () => client.UpdateStore({ id: store.id, version: 2, name: 'New', description: '' }, owner()),
      ],
      ['PRECONDITION_FAILED', () => client.UpdateProduct({ ...at, version: 0, ...details }, owner())],
      ['INSUFFICIENT_QUANTITY', () => client.DecreaseProductQuantity({ ...at, quantity: 6 }, owner())],
      ['NOT_FOUND_STORE', () => client.GetStore({ id: uuidv7() })],
      ['NOT_FOUND_PRODUCT', () => client.GetProduct({ ...at, id: uuidv7() })],
    ];
    for (const [code, call] of calls) await expect(call()).rejects.toMatchObject({ code });
  });
});

test('a store and a product live through it all', async () => {
  const { store } = await client.CreateStore({ name: 'Shop', description: 'Sells' }, owner());
  expect(store).toMatchObject({ ownerId: app.owner.userId, status: 'STORE_STATUS_OPEN', version: 1 });
  expect((await client.GetStore({ id: store.id })).store).toEqual(store);
  const renamed = await client.UpdateStore(
    { id: store.id, version: 1, name: 'Better', description: '' },
    owner(),
  );
  expect(renamed.store).toMatchObject({ name: 'Better', version: 2 });
  const { stores, metadata } = await client.ListStore({ limit: 0, offset: 0 });
  expect(stores).toContainEqual(renamed.store);
  expect(metadata).toEqual({ limit: 50, offset: 0, total: stores.length });

  const imageUrl = 'https://images.example/lamp.jpg';
  const created = await client.CreateProduct(
    { storeId: store.id, ...details, imageUrl, quantity: 3 },
    owner(),
  );
  const at = { storeId: store.id, id: created.product.id };
  expect(created.product).toEqual({ ...details, ...at, imageUrl, quantity: 3, version: 1 });
  expect((await client.GetProduct(at)).product).toEqual(created.product);
  const changed = await client.UpdateProduct({ ...at, version: 1, ...details, name: 'Lantern' }, owner());
  expect(changed.product).toMatchObject({ name: 'Lantern', version: 2 });
  expect(changed.product.imageUrl).toBeUndefined();
  expect(await client.ListProduct({ storeId: store.id, limit: 10, offset: 0 })).toEqual({
    products: [changed.product],
    metadata: { limit: 10, offset: 0, total: 1 },
  });

  expect(await client.IncreaseProductQuantity({ ...at, quantity: 4 }, owner())).toEqual({
    id: at.id,
    quantity: 7,
  });
  expect(await client.DecreaseProductQuantity({ ...at, quantity: 2 }, owner())).toEqual({
    id: at.id,
    quantity: 5,
  });
  const stock = await client.GetStock({ ...at, limit: 2, offset: 0 }, owner());
  expect(stock).toMatchObject({ id: at.id, available: 5, reserved: 0, sold: 0, received: 5 });
  expect(stock.movements.map(({ quantity, actor }) => [quantity, actor])).toEqual([
    [-2, app.owner.userId],
    [4, app.owner.userId],
  ]);
  expect(stock.metadata).toEqual({ limit: 2, offset: 0, total: 3 });

  await client.DeleteProduct(at, owner());
  await expect(client.GetProduct(at)).rejects.toMatchObject({ code: 'NOT_FOUND_PRODUCT' });
  await client.DeleteStore({ id: store.id }, owner());
  await expect(client.GetStore({ id: store.id })).rejects.toMatchObject({ code: 'NOT_FOUND_STORE' });
});
