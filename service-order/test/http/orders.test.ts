import { uuidv7 } from '@msa-event-market/shared-sdk/db';
import { grpcClient } from '@msa-event-market/shared-sdk/grpc';
import { deliver } from '@msa-event-market/shared-sdk/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storeQuotes } from '../../src/clients/store-quotes.js';
import { sagaConsumer } from '../../src/consumers/saga.js';
import { orderRepository } from '../../src/db/order-repository.js';
import { answer } from '../db/orders-database.js';
import { type OrderApp, orderApp, orderBody, someone } from '../order-app.js';

let app: OrderApp;
let saga: ReturnType<typeof sagaConsumer>;
beforeAll(async () => {
  app = await orderApp();
  saga = sagaConsumer({ orders: orderRepository(app.db, { deadlineSeconds: 900 }) });
});
afterAll(() => app.stop());

const buyer = someone();
const admin = someone('admin');

describe('placing', () => {
  const good = () => orderBody(app.forSale());

  test('needs a key and a signed-in buyer', async () => {
    expect((await app.ask('POST', '/v1/orders', { body: good() })).status).toBe(401);
    const noKey = await app.ask('POST', '/v1/orders', { as: buyer, body: good() });
    const badKey = await app.place(buyer, good(), 'not a key!');
    for (const [refused, code] of [
      [noKey, 'IDEMPOTENCY_KEY_MISSING'],
      [badKey, 'IDEMPOTENCY_KEY_INVALID'],
    ] as const) {
      expect(refused.body).toMatchObject({ status: 400, code, errors: [{ in: 'header' }] });
      expect(refused.body.errors[0].pointer).toMatch(/idempotency-key/i);
    }
  });

  test('of products that are not for sale names each of them', async () => {
    const [there, elsewhere] = [app.forSale(), app.forSale()];
    const body = orderBody(there, { ...elsewhere, storeId: uuidv7() }, { ...there, productId: uuidv7() });
    const refused = await app.place(buyer, body);
    expect([refused.status, refused.body.code]).toEqual([400, 'NOT_FOUND_PRODUCT']);
    expect(refused.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '/items/1/productId',
      '/items/2/productId',
    ]);
  });

  test('in two currencies, or for more than can be counted, is refused', async () => {
    const dollars = app.forSale(100, { price: { amount: 100, currency: 'USD' } });
    expect((await app.place(buyer, orderBody(app.forSale(), dollars))).body.code).toBe('MIXED_CURRENCIES');
    expect((await app.place(buyer, orderBody(app.forSale(500_000_000_001)))).body.code).toBe(
      'ORDER_TOO_LARGE',
    );
  });

  test('for another total than the buyer saw is refused, and no order is made', async () => {
    const body = { ...orderBody(app.forSale(1_000)), expectedTotal: 1_999 };
    const refused = await app.place(buyer, body);
    expect([refused.status, refused.body.code]).toEqual([409, 'PRICE_CHANGED']);
    expect((await app.place(buyer, { ...body, expectedTotal: 2_000 })).status).toBe(201);
  });

  test('again with the same key gives the same answer, though the product has become dearer or is gone', async () => {
    const key = uuidv7();
    const mug = app.forSale(1_000);
    const first = await app.place(buyer, orderBody(mug), key);
    expect([first.status, first.headers.location]).toEqual([201, `/v1/orders/${first.body.id}`]);
    app.shelf.set(mug.productId, { ...mug, price: { amount: 9_999, currency: 'EUR' } });
    expect((await app.place(buyer, orderBody(mug), key)).text).toBe(first.text);
    app.shelf.delete(mug.productId);
    expect((await app.place(buyer, orderBody(mug), key)).text).toBe(first.text);
    expect((await app.place(someone(), orderBody(mug), key)).body.code).toBe('NOT_FOUND_PRODUCT');
  });
});

test('while the store does not answer, placing is 503 with Retry-After, and says nothing of the inside', async () => {
  const nobody = grpcClient('market.store.v1.StoreService', 'http://127.0.0.1:1');
  const alone = await orderApp({ quotes: storeQuotes(nobody) });
  const refused = await alone.place(buyer, orderBody(app.forSale()));
  expect([refused.status, refused.body.code, refused.headers['retry-after']]).toEqual([
    503,
    'STORE_UNAVAILABLE',
    '1',
  ]);
  expect(refused.text).not.toContain('127.0.0.1');
  await alone.stop();
  nobody.close();
});

describe('an order', () => {
  async function confirmed() {
    const [mug, lamp] = [app.forSale(1_000), app.forSale(3_000)];
    const { body } = await app.place(buyer, orderBody(mug, lamp));
    await deliver(app.db, saga, [answer('StockReserved', body.id), answer('PaymentAuthorized', body.id)]);
    return {
      id: body.id as string,
      mug,
      lamp,
      captured: () => deliver(app.db, saga, [answer('PaymentCaptured', body.id)]),
    };
  }
  const sellerOf = (userId: string) => ({ userId, role: 'user' as const });

  test('is seen by its buyer, an admin and its sellers; to all others it does not exist', async () => {
    const { id, mug, lamp } = await confirmed();
    const path = `/v1/orders/${id}`;
    expect((await app.ask('GET', path)).status).toBe(401);
    const stranger = await app.ask('GET', path, { as: someone() });
    expect([stranger.status, stranger.body.code]).toEqual([404, 'NOT_FOUND_ORDER']);
    for (const as of [buyer, admin]) {
      const { body } = await app.ask('GET', path, { as });
      expect(body).toMatchObject({
        status: 'CONFIRMED',
        total: { amount: 8_000 },
        paymentMethod: 'pm_card_visa',
      });
      expect(body.history).toHaveLength(3);
    }
    const { body } = await app.ask('GET', path, { as: sellerOf(mug.sellerId) });
    expect(body).toMatchObject({
      total: { amount: 2_000 },
      items: [{ productId: mug.productId }],
      stores: [{ storeId: mug.storeId }],
    });
    expect(JSON.stringify(body)).not.toContain(lamp.storeId);
    expect(body.paymentMethod).toBeUndefined();
  });

  test('shows the newest 500 of all that happened to it, the oldest of them first', async () => {
    const { id } = await confirmed();
    await app.db.query({
      text: `INSERT INTO order_history (order_id, trigger, event_id, from_status, to_status, effect)
             SELECT $1, 'PaymentRefunded', gen_random_uuid(), 'CONFIRMED', 'CONFIRMED', 'noted' FROM generate_series(1, 498)`,
      values: [id],
    });
    const { history } = (await app.ask('GET', `/v1/orders/${id}`, { as: buyer })).body;
    expect(history).toHaveLength(500);
    expect(history[0].trigger).toBe('StockReserved');
    const seqs = history.map(({ seq }: { seq: number }) => seq);
    expect(seqs).toEqual(seqs.toSorted((a: number, b: number) => a - b));
  });

  test('is shipped by the seller of a store, only that store’s part, and only once it is paid', async () => {
    const { id, mug, lamp, captured } = await confirmed();
    const ship = (as: ReturnType<typeof someone>, storeId = mug.storeId) =>
      app.ask('POST', `/v1/orders/${id}/ship`, { as, body: { storeId } });
    expect((await ship(someone())).body.code).toBe('NOT_FOUND_ORDER');
    expect((await ship(buyer)).body.code).toBe('FORBIDDEN');
    expect((await ship(sellerOf(mug.sellerId), lamp.storeId)).body.code).toBe('NOT_FOUND_STORE_IN_ORDER');
    for (const as of [buyer, admin, sellerOf(mug.sellerId)]) {
      const { status, body } = await ship(as, uuidv7());
      expect([status, body.code]).toEqual([404, 'NOT_FOUND_STORE_IN_ORDER']);
    }
    expect((await ship(sellerOf(mug.sellerId))).body.code).toBe('PAYMENT_NOT_CAPTURED');
    await captured();
    const shipped = await ship(sellerOf(mug.sellerId));
    expect([shipped.status, shipped.body.stores]).toEqual([
      200,
      [{ storeId: mug.storeId, status: 'SHIPPED' }],
    ]);
    expect((await ship(sellerOf(mug.sellerId))).body.code).toBe('INVALID_ORDER_STATE');
    expect((await app.ask('POST', `/v1/orders/${id}/cancel`, { as: buyer })).body.code).toBe(
      'INVALID_ORDER_STATE',
    );
    expect(
      (await app.ask('POST', `/v1/orders/${id}/deliver`, { as: admin, body: { storeId: mug.storeId } }))
        .status,
    ).toBe(409);
  });

  test('is cancelled by its buyer or an admin, and twice is one cancel', async () => {
    const { id } = await confirmed();
    const cancel = (as: ReturnType<typeof someone>) => app.ask('POST', `/v1/orders/${id}/cancel`, { as });
    expect((await cancel(someone())).status).toBe(404);
    const [first, second] = [await cancel(buyer), await cancel(admin)];
    expect([first.status, second.status]).toEqual([202, 202]);
    expect(second.body).toMatchObject({ status: 'CANCELLING', reason: 'BUYER', version: first.body.version });
  });

  test('is not cancelled by a request that says more than a cancel can', async () => {
    const { id } = await confirmed();
    const path = `/v1/orders/${id}/cancel`;
    const reason = await app.ask('POST', path, { as: buyer, body: { reason: 'too late' } });
    expect([reason.status, reason.body.errors]).toMatchObject([400, [{ in: 'body', pointer: '/reason' }]]);
    const query = await app.ask('POST', `${path}?force=true`, { as: buyer });
    expect([query.status, query.body.errors]).toMatchObject([400, [{ in: 'query', pointer: '/force' }]]);
    expect((await app.ask('GET', `/v1/orders/${id}`, { as: buyer })).body.status).toBe('CONFIRMED');
    expect((await app.ask('POST', path, { as: buyer, body: {} })).status).toBe(202);
  });

  test('that is not there is 404', async () => {
    expect((await app.ask('GET', `/v1/orders/${uuidv7()}`, { as: admin })).status).toBe(404);
  });
});

describe('a list of orders', () => {
  test('is one’s own, the newest first, page by page; an admin sees all or a user’s', async () => {
    const [me, other] = [someone(), someone()];
    const placed: string[] = [];
    for (let i = 0; i < 5; i++) placed.unshift((await app.place(me, orderBody(app.forSale()))).body.id);
    await app.place(other, orderBody(app.forSale()));
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body } = await app.ask('GET', `/v1/orders?limit=2${cursor && `&cursor=${cursor}`}`, { as: me });
      seen.push(...body.orders.map(({ id }: { id: string }) => id));
      cursor = body.metadata.nextCursor;
    }
    expect(seen).toEqual(placed);
    const ofOther = await app.ask('GET', `/v1/orders?userId=${other.userId}`, { as: admin });
    expect(ofOther.body.orders).toHaveLength(1);
    const own = await app.ask('GET', `/v1/orders?userId=${me.userId}`, { as: me });
    expect(own.body.orders).toHaveLength(5);
    const others = await app.ask('GET', `/v1/orders?userId=${other.userId}`, { as: me });
    expect([others.status, others.body.code]).toEqual([403, 'FORBIDDEN']);
    expect((await app.ask('GET', '/v1/orders?status=CONFIRMED', { as: me })).body.orders).toEqual([]);
  });
});
