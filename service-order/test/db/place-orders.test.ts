import { EventEmitter, once } from 'node:events';
import { connectDatabase } from '@msa-event-market/shared-sdk/db';
import { orderEvents } from '@msa-event-market/shared-sdk/events';
import { outboxOf, type TestDatabase } from '@msa-event-market/shared-sdk/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orderRepository } from '../../src/db/order-repository.js';
import { admission } from '../../src/db/pending-orders.js';
import type { NewOrder } from '../../src/domain/placing.js';
import { placeOrder } from '../../src/use-cases/place-order.js';
import type { Orders } from '../../src/use-cases/ports.js';
import { newOrder, ordersDatabase } from './orders-database.js';

let t: TestDatabase;
let orders: Orders;
/** Another replica: its own pool, its own memory of keys under way. */
let replica: Orders;
let second: ReturnType<typeof connectDatabase>;
beforeAll(async () => {
  t = await ordersDatabase();
  second = connectDatabase({ url: t.url });
  orders = orderRepository(t.db, { deadlineSeconds: 900 });
  replica = orderRepository(second, { deadlineSeconds: 900 });
});
afterAll(async () => {
  await second.close();
  await t.drop();
});
const count = async (userId: string) =>
  (
    await t.db.query<{ n: number }>({
      text: 'SELECT count(*) AS n FROM orders WHERE user_id = $1',
      values: [userId],
    })
  ).rows[0]?.n;

it('announces an order as its schema says, with what the database decided', async () => {
  const order = newOrder();
  const placed = await orders.place(order);
  const [event] = (await outboxOf(t.db)).filter(({ key }) => key === order.id);
  const payload = orderEvents.types.OrderPlaced.parse(event?.payload);
  expect(payload).toMatchObject({
    orderId: order.id,
    userId: order.userId,
    number: placed.number,
    expiresAt: placed.expiresAt,
  });
  expect(Date.parse(placed.expiresAt) - Date.parse(placed.createdAt)).toBe(900_000);
});

it('places one order for a key that comes twenty times at once, at two replicas, and answers all alike', async () => {
  const order = newOrder();
  const copies = Array.from({ length: 20 }, (_, i) =>
    (i % 2 ? orders : replica).place({ ...order, id: newOrder().id }),
  );
  const answers = await Promise.all(copies);
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  expect(await count(order.userId)).toBe(1);
});

describe('copies that come while the first is under way in their process', () => {
  /** Orders over a database whose transactions are handled like this. */
  const over = (transaction: TestDatabase['db']['transaction']) => {
    const asked = { times: 0 };
    const db: TestDatabase['db'] = {
      ...t.db,
      query: (query) => {
        asked.times++;
        return t.db.query(query);
      },
      transaction: (work) => {
        asked.times++;
        return transaction(work);
      },
    };
    return { ...orderRepository(db, { deadlineSeconds: 900 }), asked };
  };
  const copyOf = (order: NewOrder, more: Partial<NewOrder> = {}) => ({
    ...order,
    id: newOrder().id,
    ...more,
  });

  it('share its answer: two thousand ask the database once', async () => {
    const { place, asked } = over(t.db.transaction);
    const order = newOrder();
    const answers = await Promise.all(Array.from({ length: 2_000 }, () => place(copyOf(order))));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(asked.times).toBe(1);
  });

  it('are refused with another body', async () => {
    const { place } = over(t.db.transaction);
    const order = newOrder();
    const [first, other] = await Promise.allSettled([
      place(order),
      place(copyOf(order, { bodyHash: 'other' })),
    ]);
    expect(first.status).toBe('fulfilled');
    expect(other).toMatchObject({ reason: { code: 'IDEMPOTENCY_KEY_REUSED' } });
  });

  it('try themselves, one after the other, when it fails', async () => {
    let failures = 2;
    const { place } = over((work) => {
      if (failures-- > 0) throw new Error('the connection broke');
      return t.db.transaction(work);
    });
    const order = newOrder();
    const answers = await Promise.allSettled(Array.from({ length: 5 }, () => place(copyOf(order))));
    expect(answers.map(({ status }) => status)).toEqual([
      'rejected',
      'rejected',
      'fulfilled',
      'fulfilled',
      'fulfilled',
    ]);
    expect(await count(order.userId)).toBe(1);
  });

  it('are told so when it takes more than two seconds', async () => {
    const signals = new EventEmitter();
    const goOn = once(signals, 'go on');
    const { place } = over(async (work) => {
      await goOn;
      return t.db.transaction(work);
    });
    const order = newOrder();
    const first = place(order);
    await expect(place(copyOf(order))).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_IN_FLIGHT' });
    signals.emit('go on');
    expect((await first).id).toBe(order.id);
  });
});

it('refuses a key that comes with another body, and gives the order of the first', async () => {
  const order = newOrder();
  const placed = await orders.place(order);
  await expect(
    orders.place({ ...newOrder(), userId: order.userId, key: order.key, bodyHash: 'other' }),
  ).rejects.toMatchObject({
    code: 'IDEMPOTENCY_KEY_REUSED',
  });
  expect(await orders.placedBefore(order)).toEqual(placed);
  expect(await count(order.userId)).toBe(1);
});

it('keeps the keys of different users apart', async () => {
  const [a, b] = [newOrder({ key: 'same' }), newOrder({ key: 'same' })];
  const placed = await Promise.all([orders.place(a), orders.place(b)]);
  expect(placed.map(({ id }) => id)).toEqual([a.id, b.id]);
});

it('answers 409 when a copy stays under way in another process, and lets the others of its statement through', async () => {
  const [stuck, free] = [newOrder(), newOrder()];
  const signals = new EventEmitter();
  const [held, release] = [once(signals, 'held'), once(signals, 'release')];
  const elsewhere = second.transaction(async (tx) => {
    await tx.query({
      text: `INSERT INTO idempotency (user_id, route, key, body_hash, order_id) VALUES ($1, 'POST /v1/orders', $2, 'hash', $3)`,
      values: [stuck.userId, stuck.key, stuck.id],
    });
    signals.emit('held');
    await release;
    throw new Error('rolled back');
  });
  await held;
  const [first, other] = await Promise.allSettled([orders.place(stuck), orders.place(free)]);
  expect(first).toMatchObject({ status: 'rejected', reason: { code: 'IDEMPOTENCY_KEY_IN_FLIGHT' } });
  expect(other).toMatchObject({ status: 'fulfilled' });
  signals.emit('release');
  await elsewhere.catch(() => {});
  expect((await orders.place(stuck)).id).toBe(stuck.id);
});

it('fails an order that cannot be written, and not those that share its statement', async () => {
  const answers = await Promise.allSettled(
    [newOrder(), newOrder({ total: -1 }), newOrder()].map((order) => orders.place(order)),
  );
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

it('turns requests away at once while the database hangs, instead of letting them pile up', async () => {
  const gate = admission(second, 2_000);
  const place = placeOrder({ orders: replica, quotes: { quote: async () => new Map() }, admission: gate });
  const signals = new EventEmitter();
  const [hanging, goOn] = [once(signals, 'hanging'), once(signals, 'go on')];
  const locked = t.admin.transaction(async (tx) => {
    await tx.query({ text: 'LOCK TABLE orders.idempotency IN ACCESS EXCLUSIVE MODE' });
    signals.emit('hanging');
    await goOn;
  });
  await hanging;
  const { userId, key, bodyHash, method: paymentMethod, address: shippingAddress } = newOrder();
  const request = { userId, key, bodyHash, paymentMethod, shippingAddress, items: [] };
  const codes: string[] = [];
  const waiting = Array.from({ length: 3_000 }, () =>
    place(request).catch(({ code }) => void codes.push(code)),
  );
  await expect.poll(() => codes.filter((code) => code === 'OVERLOADED').length).toBe(1_000);
  signals.emit('go on');
  await locked;
  await Promise.all(waiting);
});
