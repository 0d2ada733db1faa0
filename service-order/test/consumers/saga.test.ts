import { uuidv7 } from '@msa-event-market/shared-sdk/db';
import { registry } from '@msa-event-market/shared-sdk/metrics';
import { deliver, message, outboxOf, type TestDatabase } from '@msa-event-market/shared-sdk/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deletionsConsumer } from '../../src/consumers/deletions.js';
import { sagaConsumer } from '../../src/consumers/saga.js';
import { orderRepository } from '../../src/db/order-repository.js';
import { react } from '../../src/domain/saga.js';
import type { Orders } from '../../src/use-cases/ports.js';
import { sweepOrders } from '../../src/use-cases/sweep-orders.js';
import { answer, newOrder, ordersDatabase } from '../db/orders-database.js';

let t: TestDatabase;
let orders: Orders;
let saga: ReturnType<typeof sagaConsumer>;
let deletions: ReturnType<typeof deletionsConsumer>;
beforeAll(async () => {
  t = await ordersDatabase();
  orders = orderRepository(t.db, { deadlineSeconds: 900 });
  saga = sagaConsumer({ orders });
  deletions = deletionsConsumer({ orders });
});
afterAll(() => t.drop());

const place = async () => (await orders.place(newOrder())).id;
const row = async (id: string) =>
  (
    await t.db.query<{
      status: string;
      version: number;
      stock: string;
      money: string;
      reason: string | null;
    }>({
      text: 'SELECT status, version, stock, money, reason FROM orders WHERE id = $1',
      values: [id],
    })
  ).rows[0];
const history = async (id: string) =>
  (
    await t.db.query<{ trigger: string; effect: string; message: string | null }>({
      text: 'SELECT trigger, effect, message FROM order_history WHERE order_id = $1 ORDER BY seq',
      values: [id],
    })
  ).rows.map(({ trigger, effect, message }) => `${trigger} ${effect}${message ? ` ${message}` : ''}`);
const announced = async (id: string) =>
  (await outboxOf(t.db)).filter(({ key }) => key === id).map(({ type, version }) => `${version} ${type}`);
const parked = async () => (await t.db.query<{ reason: string }>({ text: 'SELECT reason FROM parked' })).rows;

describe('the answers to an order', () => {
  it('that nobody has placed is retried and then parked, while other orders go on', async () => {
    const [nobody, id] = [uuidv7(), await place()];
    await deliver(t.db, saga, [answer('StockReserved', nobody), answer('StockReserved', id)], {
      visibleWithin: 200,
    });
    expect((await row(id))?.status).toBe('RESERVED');
    expect(await parked()).toEqual([{ reason: 'NOT_YET_VISIBLE' }]);
    await t.db.query({ text: 'DELETE FROM parked' });
  });

  it('bring it to CONFIRMED, each with its message, version and line of history', async () => {
    const id = await place();
    await deliver(t.db, saga, [answer('StockReserved', id)]);
    await deliver(t.db, saga, [answer('PaymentAuthorized', id), answer('PaymentCaptured', id)]);
    expect(await row(id)).toEqual({
      status: 'CONFIRMED',
      version: 3,
      stock: 'RESERVED',
      money: 'CAPTURED',
      reason: null,
    });
    expect(await announced(id)).toEqual(['1 OrderPlaced', '2 OrderPaymentRequested', '3 OrderConfirmed']);
    expect(await history(id)).toEqual([
      'Place applied OrderPlaced',
      'StockReserved applied OrderPaymentRequested',
      'PaymentAuthorized applied OrderConfirmed',
      'PaymentCaptured noted',
    ]);
  });

  it('that fit no more are kept in its history and change nothing', async () => {
    const id = await place();
    await deliver(t.db, saga, [
      answer('StockRejected', id),
      answer('StockReserved', id),
      answer('PaymentCaptured', id),
    ]);
    expect(await row(id)).toMatchObject({ status: 'REJECTED', version: 2, stock: 'CLEAR', money: 'NONE' });
    expect(await history(id)).toEqual([
      'Place applied OrderPlaced',
      'StockRejected applied OrderRejected',
      'StockReserved ignored',
      'PaymentCaptured ignored',
    ]);
  });

  it('raise an alarm, each once, when they bring money to an order that is over', async () => {
    const alarms = async (type: string) =>
      (await registry.getSingleMetric('saga_unexpected_total')?.get())?.values.find(
        ({ labels }) => labels.trigger === type,
      )?.value ?? 0;
    const before = await alarms('PaymentAuthorized');
    const id = await place();
    const late = answer('PaymentAuthorized', id);
    await deliver(t.db, saga, [answer('StockRejected', id), late, answer('StockReserved', id)]);
    await deliver(t.db, saga, [late]);
    expect(await alarms('PaymentAuthorized')).toBe(before + 1);
    expect(await alarms('StockReserved')).toBe(0);
  });

  it('are folded in their order within one batch, each order for itself', async () => {
    const ids = await Promise.all(Array.from({ length: 40 }, place));
    await deliver(t.db, saga, [
      ...ids.map((id) => answer('StockReserved', id)),
      ...ids.map((id, i) => answer(i % 2 ? 'PaymentDeclined' : 'PaymentAuthorized', id)),
      ...ids.map((id) => answer('StockReleased', id)),
    ]);
    const statuses = await Promise.all(ids.map(async (id) => (await row(id))?.status));
    expect(statuses).toEqual(ids.map((_, i) => (i % 2 ? 'REJECTED' : 'CONFIRMED')));
  });
});

describe('an order that is stopped', () => {
  it('waits for both compensations and closes once', async () => {
    const id = await place();
    await deliver(t.db, saga, [answer('StockReserved', id)]);
    await orders.change(id, { type: 'Stop', reason: 'BUYER' }, react);
    await deliver(t.db, saga, [answer('PaymentAuthorized', id), answer('PaymentCancelled', id)]);
    expect(await row(id)).toMatchObject({ status: 'CANCELLING', money: 'CLEAR' });
    await deliver(t.db, saga, [answer('StockReleased', id)]);
    expect(await row(id)).toMatchObject({ status: 'CANCELLED', reason: 'BUYER' });
    expect((await announced(id)).slice(2)).toEqual(['3 OrderCancelling', '4 OrderCancelled']);
  });

  it('does not close while some of the money is kept: such an answer is parked', async () => {
    const id = await place();
    await deliver(t.db, saga, [answer('StockReserved', id)]);
    await orders.change(id, { type: 'Stop', reason: 'BUYER' }, react);
    const payload = { orderId: id, paymentId: uuidv7(), how: 'refunded', net: 1 };
    await deliver(t.db, saga, [
      answer('StockReleased', id),
      message('PaymentCancelled', payload, { topic: 'payment', key: id }),
    ]);
    expect(await row(id)).toMatchObject({ status: 'CANCELLING', stock: 'CLEAR', money: 'ASKED' });
    expect(await parked()).toEqual([{ reason: 'BAD_PAYLOAD' }]);
    await t.db.query({ text: 'DELETE FROM parked' });
  });

  it('again by a person leaves no line in its history, so that nobody can make it grow', async () => {
    const id = await place();
    for (let i = 0; i < 3; i++) await orders.change(id, { type: 'Stop', reason: 'BUYER' }, react);
    expect(await history(id)).toEqual(['Place applied OrderPlaced', 'Stop BUYER applied OrderCancelling']);
  });

  it('by two at once is stopped by one of them', async () => {
    const id = await place();
    await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        orders.change(id, { type: 'Stop', reason: i % 2 ? 'BUYER' : 'ADMIN' }, react),
      ),
    );
    expect(await announced(id)).toEqual(['1 OrderPlaced', '2 OrderCancelling']);
  });

  it('cannot be shipped at the same moment: one of the two wins, and the parts agree', async () => {
    for (let round = 0; round < 10; round++) {
      const order = newOrder();
      const id = (await orders.place(order)).id;
      await deliver(t.db, saga, [
        answer('StockReserved', id),
        answer('PaymentAuthorized', id),
        answer('PaymentCaptured', id),
      ]);
      const storeId = order.lines[0]?.storeId as string;
      await Promise.allSettled([
        orders.change(id, { type: 'Ship', storeId }, refuseAsError),
        orders.change(id, { type: 'Stop', reason: 'BUYER' }, refuseAsError),
      ]);
      const { rows } = await t.db.query<{ status: string }>({
        text: `SELECT status FROM order_store WHERE order_id = $1 AND status <> 'OPEN'`,
        values: [id],
      });
      const status = (await row(id))?.status;
      expect([status, rows.length]).toEqual(status === 'CANCELLING' ? ['CANCELLING', 0] : ['CONFIRMED', 1]);
    }
  });

  it('is SHIPPED when two sellers ship their parts at the same moment', async () => {
    for (let round = 0; round < 10; round++) {
      const order = newOrder();
      const id = (await orders.place(order)).id;
      await deliver(t.db, saga, [
        answer('StockReserved', id),
        answer('PaymentAuthorized', id),
        answer('PaymentCaptured', id),
      ]);
      await Promise.all(
        order.lines.map(({ storeId }) => orders.change(id, { type: 'Ship', storeId }, refuseAsError)),
      );
      expect((await row(id))?.status).toBe('SHIPPED');
    }
  });
});

const refuseAsError: typeof react = (order, trigger) => {
  const reaction = react(order, trigger);
  if (reaction.effect === 'refused') throw new Error(reaction.code);
  return reaction;
};

describe('the sweeper', () => {
  it('expires what is overdue, and only in PENDING and RESERVED', async () => {
    const [late, lateReserved, lateConfirmed, inTime] = await Promise.all([
      place(),
      place(),
      place(),
      place(),
    ]);
    await deliver(t.db, saga, [
      answer('StockReserved', lateReserved),
      answer('StockReserved', lateConfirmed),
      answer('PaymentAuthorized', lateConfirmed),
    ]);
    await t.db.query({
      text: `UPDATE orders SET deadline_at = now() - interval '1 second' WHERE id = ANY ($1)`,
      values: [[late, lateReserved, lateConfirmed]],
    });
    await Promise.all([sweepOrders({ orders })(), sweepOrders({ orders })()]);
    expect(await row(late)).toMatchObject({ status: 'CANCELLING', reason: 'DEADLINE', version: 2 });
    expect(await row(lateReserved)).toMatchObject({ status: 'CANCELLING', reason: 'DEADLINE', version: 3 });
    expect((await row(lateConfirmed))?.status).toBe('CONFIRMED');
    expect((await row(inTime))?.status).toBe('PENDING');
  });

  it('stops the orders of a deleted user and of a deleted store, and none may be placed any more', async () => {
    const byUser = newOrder();
    const atStore = newOrder();
    const other = newOrder();
    for (const order of [byUser, atStore, other]) await orders.place(order);
    const storeId = atStore.lines[1]?.storeId as string;
    await deliver(t.db, deletions, [
      message('UserDeleted', { userId: byUser.userId }, { topic: 'user', key: byUser.userId }),
      message('StoreDeleted', { storeId, ownerId: uuidv7() }, { topic: 'store', key: storeId }),
    ]);
    await sweepOrders({ orders })();
    expect(await row(byUser.id)).toMatchObject({ status: 'CANCELLING', reason: 'USER_DELETED' });
    expect(await row(atStore.id)).toMatchObject({ status: 'CANCELLING', reason: 'STORE_DELETED' });
    expect((await row(other.id))?.status).toBe('PENDING');
    await expect(orders.place(newOrder({ userId: byUser.userId }))).rejects.toMatchObject({
      code: 'ACCOUNT_DELETED',
    });
    await expect(
      orders.place(newOrder({ lines: atStore.lines, sellers: atStore.sellers })),
    ).rejects.toMatchObject({
      code: 'STORE_CLOSED',
    });
  });

  it('does not forget a deletion while somebody else has one of its orders locked', async () => {
    const order = newOrder();
    await orders.place(order);
    await deliver(t.db, deletions, [
      message('UserDeleted', { userId: order.userId }, { topic: 'user', key: order.userId }),
    ]);
    await t.db.query({
      text: `UPDATE deleted_user SET deleted_at = now() - interval '10 minutes' WHERE user_id = $1`,
      values: [order.userId],
    });
    await t.admin.transaction(async (tx) => {
      await tx.query({ text: 'SELECT FROM orders.orders WHERE id = $1 FOR UPDATE', values: [order.id] });
      await sweepOrders({ orders })();
    });
    expect((await row(order.id))?.status).toBe('PENDING');
    await sweepOrders({ orders })();
    expect(await row(order.id)).toMatchObject({ status: 'CANCELLING', reason: 'USER_DELETED' });
    const swept = await t.db.query({
      text: 'SELECT swept_at IS NOT NULL AS swept FROM deleted_user WHERE user_id = $1',
      values: [order.userId],
    });
    expect(swept.rows).toEqual([{ swept: true }]);
  });
});
