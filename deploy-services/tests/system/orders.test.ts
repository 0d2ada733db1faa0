import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProcessName } from '../../local/topology.js';
import { type RunningMarket, startMarket } from './market.js';
import { address, available, type Person, type Product, somebody, theAdmin } from './people.js';

let market: RunningMarket;
let buyer: Person;
let seller: Person;
let otherSeller: Person;
let store: { id: string };
let otherStore: { id: string };
let mug: Product;
let lamp: Product;

beforeAll(async () => {
  market = await startMarket({ env: { PROVIDER_TIMEOUT_SECONDS: '1' } });
  [buyer, seller, otherSeller] = await Promise.all([somebody(market), somebody(market), somebody(market)]);
  [store, otherStore] = await Promise.all([seller.openStore(), otherSeller.openStore()]);
  [mug, lamp] = await Promise.all([
    seller.addProduct(store, 1_000, 1_200),
    otherSeller.addProduct(otherStore, 1_000, 3_500),
  ]);
}, 120_000);
afterAll(async () => {
  const report = await market.check();
  await market.stop();
  expect(report.results.filter(({ violations, skipped }) => violations.length > 0 || skipped)).toEqual([]);
  expect(report.notes).toEqual([]);
}, 120_000);

/** Money of an order: captured less refunded. */
const net = async (orderId: string) =>
  (
    await market.sql<{ net: string }>(
      'payment',
      'SELECT captured - refunded AS net FROM payment.payment WHERE order_id = $1',
      [orderId],
    )
  )[0]?.net ?? '0';

describe('an order that cannot be', () => {
  it('is refused when a product is not there, or in another store', async () => {
    const gone = await buyer.tryOrder([{ product: { ...mug, id: randomUUID() } }]);
    expect([gone.status, gone.body.code, gone.body.errors?.[0]?.pointer]).toEqual([
      400,
      'NOT_FOUND_PRODUCT',
      '/items/0/productId',
    ]);
    const moved = await buyer.tryOrder([{ product: { ...mug, storeId: otherStore.id } }]);
    expect([moved.status, moved.body.code]).toEqual([400, 'NOT_FOUND_PRODUCT']);
  });

  it('is REJECTED when its card is declined, and gives its stock back', async () => {
    const before = await available(buyer, mug);
    const { id } = await buyer.order([{ product: mug, quantity: 3 }], { method: 'pm_card_declined' });
    expect(await buyer.until(id, 'REJECTED')).toMatchObject({ reason: 'PAYMENT_DECLINED' });
    expect(await available(buyer, mug)).toBe(before);
    expect(await net(id)).toBe('0');
  });

  it('is REJECTED when a line of one store is short, and holds nothing of the other', async () => {
    const rare = await otherSeller.addProduct(otherStore, 1);
    const before = await available(buyer, mug);
    const { id } = await buyer.order([{ product: mug }, { product: rare, quantity: 2 }]);
    expect(await buyer.until(id, 'REJECTED')).toMatchObject({ reason: 'OUT_OF_STOCK' });
    expect([await available(buyer, mug), await available(buyer, rare)]).toEqual([before, 1]);
    expect(await market.sql('payment', 'SELECT FROM payment.payment WHERE order_id = $1', [id])).toEqual([]);
  });

  it('is CANCELLED when its capture fails, and costs nothing', async () => {
    const { id } = await buyer.order([{ product: lamp }], { method: 'pm_card_capture_fails' });
    expect(await buyer.until(id, 'CANCELLED')).toMatchObject({ reason: 'CAPTURE_FAILED' });
    expect(await net(id)).toBe('0');
  });

  it('is another order’s to nobody: strangers do not learn that it exists', async () => {
    const { id } = await buyer.order([{ product: mug }]);
    const stranger = await somebody(market);
    expect((await stranger.call('order', 'GET', `/v1/orders/${id}`)).status).toBe(404);
    expect((await stranger.cancel(id)).status).toBe(404);
    expect((await stranger.ship(id, store.id)).status).toBe(404);
    expect((await buyer.ship(id, store.id)).status).toBe(403);
    expect((await otherSeller.call('order', 'GET', `/v1/orders/${id}`)).status).toBe(404);
  });
});

describe('an order', () => {
  it('goes PENDING, RESERVED, CONFIRMED by events alone, in one trace, and ends DELIVERED', async () => {
    const placed = await buyer.tryOrder([{ product: mug, quantity: 2 }, { product: lamp }]);
    expect(placed.body).toMatchObject({ status: 'PENDING', total: { amount: 5_900, currency: 'EUR' } });
    const { id } = placed.body;
    expect(placed.headers.get('location')).toBe(`/v1/orders/${id}`);
    const order = await buyer.paid(id);
    expect(order.history.map(({ trigger, message, to }) => [trigger, message, to])).toEqual([
      ['Place', 'OrderPlaced', 'PENDING'],
      ['StockReserved', 'OrderPaymentRequested', 'RESERVED'],
      ['PaymentAuthorized', 'OrderConfirmed', 'CONFIRMED'],
      ['PaymentCaptured', null, 'CONFIRMED'],
    ]);
    expect(new Set(order.history.map(({ traceId }) => traceId))).toEqual(
      new Set([placed.headers.get('x-trace-id')]),
    );

    expect((await seller.ship(id, store.id)).body.status).toBe('CONFIRMED');
    expect((await buyer.cancel(id)).body.code).toBe('INVALID_ORDER_STATE');
    expect((await otherSeller.ship(id, otherStore.id)).body.status).toBe('SHIPPED');
    expect((await seller.deliver(id, store.id)).body.status).toBe('SHIPPED');
    expect((await otherSeller.deliver(id, otherStore.id)).body.status).toBe('DELIVERED');
    expect(await net(id)).toBe('5900');
  });

  it('is seen by a seller as far as it is theirs', async () => {
    const { id } = await buyer.order([{ product: mug, quantity: 2 }, { product: lamp }]);
    const seen = (
      await seller.call<{ items: unknown[]; total: object; stores: unknown[] }>(
        'order',
        'GET',
        `/v1/orders/${id}`,
      )
    ).body;
    expect(seen).toMatchObject({
      items: [{ productId: mug.id }],
      total: { amount: 2_400 },
      stores: [{ storeId: store.id }],
    });
    expect(seen).not.toHaveProperty('paymentMethod');
  });

  it('survives a provider that times out, and one that loses the call', async () => {
    const methods = ['pm_card_timeout', 'pm_card_slow', 'pm_card_lost'];
    const placed = await Promise.all(
      methods.map((method) => buyer.order([{ product: mug, quantity: 2 }], { method })),
    );
    await Promise.all(placed.map(({ id }) => buyer.until(id, ({ money }) => money === 'CAPTURED', 60_000)));
    for (const { id } of placed) expect(await net(id)).toBe('2400');
  }, 90_000);

  it('placed twenty times at once under one key is one order, and all the answers are alike', async () => {
    const key = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => buyer.tryOrder([{ product: mug }], { key })),
    );
    expect(new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body)}`)).size).toBe(1);
    const other = await buyer.tryOrder([{ product: mug, quantity: 2 }], { key });
    expect([other.status, other.body.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    const missing = await buyer.call<{ code: string }>('order', 'POST', '/v1/orders', {
      items: [{ storeId: mug.storeId, productId: mug.id, quantity: 1 }],
      paymentMethod: 'pm_card_visa',
      shippingAddress: address,
    });
    expect([missing.status, missing.body.code]).toEqual([400, 'IDEMPOTENCY_KEY_MISSING']);
  });

  it('for the last unit is won by one of fifty buyers; the others are told and not charged', async () => {
    const last = await seller.addProduct(store, 1);
    const buyers = await Promise.all(Array.from({ length: 50 }, () => somebody(market)));
    const orders = await Promise.all(
      buyers.map(async (one) => {
        const { id } = await one.order([{ product: last }]);
        return one.until(id, ({ status, money }) => status === 'REJECTED' || money === 'CAPTURED');
      }),
    );
    expect(orders.filter(({ status }) => status === 'CONFIRMED')).toHaveLength(1);
    expect(orders.filter(({ reason }) => reason === 'OUT_OF_STOCK')).toHaveLength(49);
    expect(await available(buyer, last)).toBe(0);
    const ids = orders.filter(({ status }) => status === 'REJECTED').map(({ id }) => id);
    expect(
      await market.sql('payment', 'SELECT FROM payment.payment WHERE order_id = ANY ($1)', [ids]),
    ).toEqual([]);
  }, 60_000);
});

describe('cancelling', () => {
  /** While a process hangs, an order gets no further than `wanted`; then it is cancelled, and the process goes on. */
  async function cancelledAt(hangs: ProcessName, wanted: string) {
    const before = await available(buyer, mug);
    market.signal(hangs, 'SIGSTOP');
    const orders = await Promise.all(Array.from({ length: 10 }, () => buyer.order([{ product: mug }])));
    try {
      for (const { id } of orders) {
        await buyer.until(id, wanted);
        const { status, body } = await buyer.cancel(id);
        expect([status, body.status]).toEqual([202, 'CANCELLING']);
        expect((await buyer.cancel(id)).status).toBe(202); // twice is one cancel
      }
    } finally {
      market.signal(hangs, 'SIGCONT');
    }
    for (const { id } of orders) {
      expect(await buyer.until(id, 'CANCELLED')).toMatchObject({ reason: 'BUYER' });
      expect(await net(id)).toBe('0');
    }
    expect(await available(buyer, mug)).toBe(before);
  }

  it('while it is PENDING, before anybody has answered, leaves no trace in stock or money', () =>
    cancelledAt('relay', 'PENDING'));

  it('while it is RESERVED, before the provider was asked, leaves none either', () =>
    cancelledAt('payment', 'RESERVED'));

  it('at once, whatever may be under way, ends CANCELLED', async () => {
    const orders = await Promise.all(Array.from({ length: 10 }, () => buyer.order([{ product: mug }])));
    const answers = await Promise.all(orders.map(({ id }) => buyer.cancel(id)));
    expect(answers.map(({ status }) => status)).toEqual(orders.map(() => 202));
    for (const { id } of orders) {
      await buyer.until(id, 'CANCELLED');
      expect(await net(id)).toBe('0');
    }
  });

  it('while the capture is under way waits for it, and pays back what it took', async () => {
    const { id } = await buyer.order([{ product: mug }], { method: 'pm_card_timeout' });
    await buyer.until(id, ({ status, money }) => status === 'CONFIRMED' && money === 'AUTHORIZED');
    expect((await buyer.cancel(id)).status).toBe(202);
    const { history } = await buyer.until(id, 'CANCELLED', 60_000);
    expect(history.map(({ trigger, effect }) => `${trigger} ${effect}`)).toContain('PaymentCaptured noted');
    expect(await net(id)).toBe('0');
  }, 90_000);

  it('is too late when a parcel is on its way, and when all of them have come', async () => {
    const { id } = await buyer.order([{ product: mug }]);
    await buyer.paid(id);
    const tooLate = async () => {
      const { status, body } = await buyer.cancel(id);
      expect([status, body.code]).toEqual([409, 'INVALID_ORDER_STATE']);
    };
    expect((await seller.ship(id, store.id)).body.status).toBe('SHIPPED');
    await tooLate();
    expect((await seller.deliver(id, store.id)).body.status).toBe('DELIVERED');
    await tooLate();
    expect(await net(id)).toBe('1200');
  });

  it('after the capture pays everything back and puts the pieces on the shelf again', async () => {
    const before = await available(buyer, lamp);
    const { id } = await buyer.order([{ product: lamp, quantity: 2 }]);
    await buyer.paid(id);
    expect(await available(buyer, lamp)).toBe(before - 2);
    expect((await buyer.cancel(id)).body.status).toBe('CANCELLING');
    expect((await buyer.cancel(id)).status).toBe(202);
    expect(await buyer.until(id, 'CANCELLED')).toMatchObject({ reason: 'BUYER' });
    expect((await buyer.cancel(id)).status).toBe(202);
    expect([await net(id), await available(buyer, lamp)]).toEqual(['0', before]);
  });

  it('by an admin is theirs, and too late once it is rejected', async () => {
    const admin = await theAdmin(market);
    const { id } = await buyer.order([{ product: lamp }]);
    await buyer.paid(id);
    await admin.cancel(id);
    expect(await buyer.until(id, 'CANCELLED')).toMatchObject({ reason: 'ADMIN' });
    const declined = await buyer.order([{ product: lamp }], { method: 'pm_card_declined' });
    await buyer.until(declined.id, 'REJECTED');
    expect((await buyer.cancel(declined.id)).body.code).toBe('INVALID_ORDER_STATE');
  });
});

describe('what else people do', () => {
  it('an admin refunds a part, never more than was paid, and once for a key', async () => {
    const admin = await theAdmin(market);
    const { id } = await buyer.order([{ product: lamp }]);
    await buyer.paid(id);
    const { body } = await admin.call<{ payments: { id: string }[] }>(
      'payment',
      'GET',
      `/v1/payments?orderId=${id}`,
    );
    const refunds = `/v1/payments/${body.payments[0]?.id}/refunds`;
    const key = { 'idempotency-key': randomUUID() };
    const [first, again] = [
      await admin.call('payment', 'POST', refunds, { amount: 500 }, key),
      await admin.call('payment', 'POST', refunds, { amount: 500 }, key),
    ];
    expect([first.status, again.status, again.body]).toEqual([201, 201, first.body]);
    const tooMuch = await admin.call<{ code: string }>(
      'payment',
      'POST',
      refunds,
      { amount: 3_001 },
      { 'idempotency-key': randomUUID() },
    );
    expect([tooMuch.status, tooMuch.body.code]).toEqual([409, 'REFUND_EXCEEDS_CAPTURED']);
    const notMine = await buyer.call(
      'payment',
      'POST',
      refunds,
      { amount: 1 },
      { 'idempotency-key': randomUUID() },
    );
    expect(notMine.status).toBe(403);
    await expect.poll(() => net(id)).toBe('3000');
    expect((await buyer.see(id)).status).toBe('CONFIRMED');
  });

  it('a seller closes a store: its open orders are stopped, and no new ones are placed', async () => {
    const closing = await seller.openStore();
    const thing = await seller.addProduct(closing, 10);
    const { id } = await buyer.order([{ product: thing }]);
    await buyer.paid(id);
    expect((await seller.call('store', 'DELETE', `/v1/stores/${closing.id}`)).status).toBe(204);
    expect(await buyer.until(id, 'CANCELLED')).toMatchObject({ reason: 'STORE_DELETED' });
    expect(await net(id)).toBe('0');
    expect((await buyer.tryOrder([{ product: thing }])).status).toBeGreaterThanOrEqual(400);
  });

  it('a user deletes their account: their open orders are stopped', async () => {
    const leaving = await somebody(market);
    const { id } = await leaving.order([{ product: lamp }]);
    await leaving.paid(id);
    expect((await leaving.call('auth', 'DELETE', '/v1/users/me')).status).toBe(204);
    const admin = await theAdmin(market);
    expect(await admin.until(id, 'CANCELLED')).toMatchObject({ reason: 'USER_DELETED' });
    expect(await net(id)).toBe('0');
  });
});
