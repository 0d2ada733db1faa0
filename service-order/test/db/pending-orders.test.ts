import { registry } from '@msa-event-market/shared-sdk/metrics';
import type { TestDatabase } from '@msa-event-market/shared-sdk/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { orderRepository } from '../../src/db/order-repository.js';
import { admission } from '../../src/db/pending-orders.js';
import { react } from '../../src/domain/saga.js';
import type { PlaceOrder } from '../../src/use-cases/place-order.js';
import { placeOrder } from '../../src/use-cases/place-order.js';
import type { Orders } from '../../src/use-cases/ports.js';
import { newOrder, ordersDatabase } from './orders-database.js';

let t: TestDatabase;
let orders: Orders;
beforeAll(async () => {
  t = await ordersDatabase();
  orders = orderRepository(t.db, { deadlineSeconds: 900 });
});
afterAll(() => t.drop());

const metric = async (name: string) => (await registry.getSingleMetric(name)?.get())?.values[0]?.value;
const place = async () => (await orders.place(newOrder())).id;

it('turns new orders away while too many are PENDING, and gives those of known keys', async () => {
  const gate = admission(t.db, 2);
  const { lines, method: paymentMethod, address: shippingAddress } = newOrder();
  const offers = new Map(
    lines.map((line) => [
      line.productId,
      { ...line, sellerId: line.storeId, price: { amount: line.unitPrice, currency: 'EUR' } },
    ]),
  );
  const placing = placeOrder({ orders, quotes: { quote: async () => offers }, admission: gate });
  const request = (): PlaceOrder => {
    const { userId, key, bodyHash } = newOrder();
    return { userId, key, bodyHash, items: lines, paymentMethod, shippingAddress };
  };
  const known = request();
  const { id } = await placing(known);
  for (let i = 0; i < 2; i++) await place();
  await gate.refresh();
  expect(await metric('orders_pending')).toBe(3);
  await expect(placing(request())).rejects.toMatchObject({
    code: 'TOO_MANY_PENDING',
    kind: 'unavailable',
    retryAfterSeconds: 5,
  });
  expect((await placing(known)).id).toBe(id);

  await orders.change(id, { type: 'StockReserved' }, react);
  await gate.refresh();
  expect((await placing(request())).id).toBeDefined();
});

it('counts the orders that have been CANCELLING for more than five minutes: an alert', async () => {
  const gate = admission(t.db, 2_000);
  const [old, fresh, waiting] = [await place(), await place(), await place()];
  for (const id of [old, fresh]) await orders.change(id, { type: 'Stop', reason: 'BUYER' }, react);
  await t.db.query({
    text: `UPDATE orders SET updated_at = now() - interval '301 seconds' WHERE id = ANY ($1)`,
    values: [[old, waiting]],
  });
  await gate.refresh();
  expect(await metric('orders_cancelling_old')).toBe(1);
  await orders.change(old, { type: 'StockReleased' }, react);
  await gate.refresh();
  expect(await metric('orders_cancelling_old')).toBe(0);
});
