import type { Database } from '@msa-event-market/shared-sdk/db';
import type { Message } from '@msa-event-market/shared-sdk/events';
import { registry } from '@msa-event-market/shared-sdk/metrics';
import { deliver, outboxOf, type TestDatabase } from '@msa-event-market/shared-sdk/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reservationsConsumer } from '../../src/consumers/reservations.js';
import { reservationRepository } from '../../src/db/reservation-repository.js';
import { changeQuantity } from '../../src/use-cases/change-quantity.js';
import { deleteProduct } from '../../src/use-cases/delete-product.js';
import { deleteStore } from '../../src/use-cases/delete-store.js';
import { openShop, orderMessages, portsOf, reservationRow, stockRow, storeDatabase } from '../shop.js';

let database: TestDatabase;
let db: Database;
const reservations = reservationsConsumer({ reservations: reservationRepository() });
beforeAll(async () => {
  database = await storeDatabase();
  db = database.db;
});
afterAll(() => database.drop());

const receive = (...messages: Message[]) => deliver(db, reservations, messages);
const answersTo = async (orderId: string) =>
  (await outboxOf(db)).filter((event) => event.topic === 'stock' && event.key === orderId);
const parked = async () =>
  (
    await db.query<{ key: string; reason: string }>({
      text: 'SELECT key, reason FROM parked ORDER BY position',
    })
  ).rows;

function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}
const waitingForLocks = async () =>
  (await db.query({ text: 'SELECT FROM pg_locks WHERE NOT granted' })).rowCount;

describe('an order', () => {
  test('over two stores is refused whole when one line is short, and the other store keeps its piece', async () => {
    const [one, two] = [await openShop(db, [5]), await openShop(db, [1])];
    const [lamp, chair] = [one.products[0] as string, two.products[0] as string];
    const order = orderMessages([
      { storeId: one.store.id, productId: lamp, quantity: 1 },
      { storeId: two.store.id, productId: chair, quantity: 2 },
    ]);
    await receive(order.placed);
    expect(await answersTo(order.orderId)).toMatchObject([
      {
        type: 'StockRejected',
        version: 1,
        payload: { reason: 'OUT_OF_STOCK', lines: [{ productId: chair, requested: 2, available: 1 }] },
      },
    ]);
    expect(await stockRow(db, lamp)).toMatchObject({ available: 5, reserved: 0 });
    expect(await stockRow(db, chair)).toMatchObject({ available: 1, reserved: 0 });
    expect(await reservationRow(db, order.orderId)).toEqual({ status: 'REJECTED', version: 1 });
  });

  test.each(['product', 'store'])('for a deleted %s is refused as PRODUCT_GONE', async (what) => {
    const { store, owner, products } = await openShop(db, [5]);
    const productId = products[0] as string;
    if (what === 'store') await deleteStore(portsOf(db))(store.id, owner);
    else await deleteProduct(portsOf(db))({ storeId: store.id, productId }, owner);
    const order = orderMessages([{ productId, quantity: 1 }]);
    await receive(order.placed);
    expect(await answersTo(order.orderId)).toMatchObject([
      {
        type: 'StockRejected',
        payload: { reason: 'PRODUCT_GONE', lines: [{ productId, requested: 1, available: 0 }] },
      },
    ]);
  });

  test('cancelled before it was placed is answered once and never reserved', async () => {
    const { products } = await openShop(db, [5]);
    const order = orderMessages([{ productId: products[0] as string, quantity: 1 }]);
    await receive(order.cancelling);
    await receive(order.placed);
    expect((await answersTo(order.orderId)).map((event) => event.type)).toEqual(['StockReleased']);
    expect(await reservationRow(db, order.orderId)).toEqual({ status: 'RELEASED', version: 1 });
    expect(await stockRow(db, products[0] as string)).toMatchObject({ available: 5, reserved: 0 });
  });

  test('confirmed before its reservation can be seen is waited for, then parked; the others go on', async () => {
    const { products } = await openShop(db, [5]);
    const unknown = orderMessages([]);
    const known = orderMessages([{ productId: products[0] as string, quantity: 1 }]);
    await receive(unknown.confirmed, known.placed);
    expect(await parked()).toEqual([{ key: unknown.orderId, reason: 'NOT_YET_VISIBLE' }]);
    expect((await answersTo(known.orderId)).map((event) => event.type)).toEqual(['StockReserved']);
  });

  test('confirmed after its rejection changes nothing and raises the alarm', async () => {
    const { products } = await openShop(db, [0]);
    const order = orderMessages([{ productId: products[0] as string, quantity: 1 }]);
    await receive(order.placed);
    await receive(order.confirmed);
    expect(await reservationRow(db, order.orderId)).toEqual({ status: 'REJECTED', version: 1 });
    expect(await registry.getSingleMetricAsString('reservation_unexpected_total')).toContain(
      'reservation_unexpected_total 1',
    );
  });

  test('runs through: reserved, sold, and restocked when it is cancelled late', async () => {
    const { products } = await openShop(db, [5, 5]);
    const lines = products.map((productId) => ({ productId, quantity: 2 }));
    const order = orderMessages(lines);
    await receive(order.placed);
    expect(await stockRow(db, products[1] as string)).toMatchObject({ available: 3, reserved: 2, sold: 0 });
    await receive(order.confirmed);
    expect(await stockRow(db, products[1] as string)).toMatchObject({ available: 3, reserved: 0, sold: 2 });
    await receive(order.cancelling);
    expect(await stockRow(db, products[1] as string)).toMatchObject({ available: 5, reserved: 0, sold: 0 });
    expect(await reservationRow(db, order.orderId)).toEqual({ status: 'RELEASED', version: 2 });
    expect(
      (await answersTo(order.orderId)).map(({ type, version, payload }) => ({ type, version, payload })),
    ).toEqual([
      { type: 'StockReserved', version: 1, payload: { orderId: order.orderId } },
      { type: 'StockReleased', version: 2, payload: { orderId: order.orderId, restocked: true } },
    ]);
  });

  test('runs through in a single batch as well', async () => {
    const { products } = await openShop(db, [5]);
    const order = orderMessages([{ productId: products[0] as string, quantity: 2 }]);
    await receive(order.placed, order.confirmed, order.shipped);
    expect(await reservationRow(db, order.orderId)).toEqual({ status: 'COMMITTED', version: 1 });
    expect(await stockRow(db, products[0] as string)).toMatchObject({ available: 3, reserved: 0, sold: 2 });
    await receive(order.cancelling);
    expect(await stockRow(db, products[0] as string)).toMatchObject({ available: 5, sold: 0 });
  });

  test('placed twice in one batch, and again when the inbox has forgotten it, is reserved once', async () => {
    const { products } = await openShop(db, [5]);
    const order = orderMessages([{ productId: products[0] as string, quantity: 1 }]);
    const again = orderMessages([{ productId: products[0] as string, quantity: 1 }], order.orderId);
    await receive(order.placed, again.placed);
    await database.admin.query({ text: 'DELETE FROM store.inbox' });
    await receive(order.placed, again.placed);
    expect(await stockRow(db, products[0] as string)).toMatchObject({ available: 4, reserved: 1 });
    expect(await answersTo(order.orderId)).toHaveLength(1);
  });
});

describe('a product', () => {
  test('is sold down to its last piece by a batch of many orders, the first in the log first', async () => {
    const { products } = await openShop(db, [100]);
    const productId = products[0] as string;
    const orders = Array.from({ length: 150 }, () => orderMessages([{ productId, quantity: 1 }]));
    await receive(...orders.map((order) => order.placed));
    const row = await stockRow(db, productId);
    expect(row).toMatchObject({ available: 0, reserved: 100, sold: 0, received: 100 });
    const types = new Map((await outboxOf(db)).map((event) => [event.key, event.type]));
    expect(orders.map((order) => types.get(order.orderId))).toEqual([
      ...Array(100).fill('StockReserved'),
      ...Array(50).fill('StockRejected'),
    ]);
    const told = (await outboxOf(db)).filter((event) => event.key === productId);
    expect(told.at(-1)).toMatchObject({
      type: 'ProductQuantityChanged',
      version: row.version,
      payload: { productId, quantity: 0 },
    });
    expect(told.map((event) => event.version)).toEqual([1, 2]);
  });

  test('is not oversold, lost or dead-locked by two consumers and its owner at once', async () => {
    const { store, owner, products } = await openShop(db, [40, 40, 40]);
    const shuffled = (n: number) => [0, 1, 2].map((i) => products[(i * (n % 2 ? 2 : 1) + n) % 3] as string);
    const orders = Array.from({ length: 90 }, (_, n) =>
      orderMessages(shuffled(n).map((productId) => ({ productId, quantity: 1 }))),
    );
    const consume = async (mine: typeof orders) => {
      for (let from = 0; from < mine.length; from += 9)
        await receive(...mine.slice(from, from + 9).map((order) => order.placed));
    };
    const change = changeQuantity(portsOf(db));
    const moved = new Map(products.map((productId) => [productId, 40]));
    const restock = async () => {
      for (let n = 0; n < 60; n++) {
        const productId = products[n % 3] as string;
        const by = n % 2 ? -1 : 2;
        const done = await change({ storeId: store.id, productId }, by, owner).catch((error) => error.code);
        if (done === 'INSUFFICIENT_QUANTITY') continue; // sold out, which must not be a reason to go below zero
        expect(done).toHaveProperty('stock');
        moved.set(productId, (moved.get(productId) ?? 0) + by);
      }
    };
    await Promise.all([consume(orders.slice(0, 45)), consume(orders.slice(45)), restock()]);
    for (const productId of products) {
      const { available, reserved, received } = await stockRow(db, productId);
      expect(received).toBe(moved.get(productId));
      expect(available + reserved).toBe(received);
    }
    const { rows } = await db.query<{ reserved: number; rejected: number }>({
      text: `SELECT count(*) FILTER (WHERE status = 'RESERVED') AS reserved,
               count(*) FILTER (WHERE status = 'REJECTED') AS rejected
             FROM reservation WHERE order_id = ANY($1)`,
      values: [orders.map((order) => order.orderId)],
    });
    expect(rows[0]?.reserved).toBe((await stockRow(db, products[0] as string)).reserved);
    expect((rows[0]?.reserved ?? 0) + (rows[0]?.rejected ?? 0)).toBe(90);
    expect((await parked()).filter(({ key }) => orders.some((order) => order.orderId === key))).toEqual([]);
  });

  test('is released into although it was deleted meanwhile', async () => {
    const { store, owner, products } = await openShop(db, [3]);
    const productId = products[0] as string;
    const order = orderMessages([{ productId, quantity: 3 }]);
    await receive(order.placed);
    await deleteProduct(portsOf(db))({ storeId: store.id, productId }, owner);
    await receive(order.cancelling);
    expect(await stockRow(db, productId)).toMatchObject({ available: 3, reserved: 0, gone: true });
    const told = (await outboxOf(db)).filter((event) => event.key === productId).map((event) => event.type);
    expect(told).toEqual(['ProductCreated', 'ProductQuantityChanged', 'ProductDeleted']);
  });
});

test('the order of two consumers that decide on one order at once is kept: the second finds what the first wrote', async () => {
  const { products } = await openShop(db, [1]);
  const productId = products[0] as string;
  const order = orderMessages([{ productId, quantity: 1 }]);
  // A member that lost its partition without noticing: it has decided and written, but not committed yet.
  const [written, commit] = [gate(), gate()];
  const slow = db.transaction(async (tx) => {
    const messages = [order.placed] as Parameters<typeof reservations.load>[1];
    reservations.apply(tx, messages, await reservations.load(tx, messages));
    await tx.query({ text: 'SELECT' }); // answered behind the writes
    written.open();
    await commit.opened;
  });
  await written.opened;
  const next = receive(order.cancelling);
  await expect.poll(waitingForLocks).toBeGreaterThan(0);
  commit.open();
  await Promise.all([slow, next]);
  expect(await reservationRow(db, order.orderId)).toEqual({ status: 'RELEASED', version: 2 });
  expect(await stockRow(db, productId)).toMatchObject({ available: 1, reserved: 0 });
  expect((await answersTo(order.orderId)).map((event) => event.type)).toEqual([
    'StockReserved',
    'StockReleased',
  ]);
});

test('a batch is two flights: nothing is asked after the writes have begun', async () => {
  const { products } = await openShop(db, [9]);
  const order = orderMessages([{ productId: products[0] as string, quantity: 1 }]);
  const messages = [order.placed] as Parameters<typeof reservations.load>[1];
  await db.transaction(async (tx) => {
    let sent = 0;
    const counting = {
      query: <R>(query: Parameters<typeof tx.query<R>>[0]) => {
        sent++;
        return tx.query<R>(query);
      },
    };
    const loading = reservations.load(counting, messages);
    expect(sent).toBe(3); // reservations, lines, stock: before the first answer
    const held = await loading;
    const applied = reservations.apply(counting, messages, held);
    expect(sent).toBe(7); // stock, reservation, line, outbox: queued before apply returns
    await applied;
    expect(sent).toBe(7);
  });
});
