import type { TestDatabase } from '@msa-event-market/shared-sdk/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { forgetKeys } from '../../src/db/forget-keys.js';
import { orderRepository } from '../../src/db/order-repository.js';
import { newOrder, ordersDatabase } from './orders-database.js';

let t: TestDatabase;
beforeAll(async () => {
  t = await ordersDatabase();
});
afterAll(() => t.drop());

it('forgets every key after a day, however many there are, and none before', async () => {
  const orders = orderRepository(t.db, { deadlineSeconds: 900 });
  const [old, young] = [newOrder(), newOrder()];
  for (const order of [old, young]) await orders.place(order);
  const made = (order: typeof old, ago: string) =>
    t.db.query({
      text: 'UPDATE idempotency SET created_at = now() - $2::interval WHERE order_id = $1',
      values: [order.id, ago],
    });
  await made(old, '24 hours 1 second');
  await made(young, '23 hours 59 minutes');
  await t.db.query({
    text: `INSERT INTO idempotency (user_id, route, key, body_hash, order_id, created_at)
           SELECT gen_random_uuid(), 'POST /v1/orders', 'k', 'hash', gen_random_uuid(), now() - interval '2 days'
           FROM generate_series(1, 5000)`,
  });
  await forgetKeys(t.db);
  const { rows } = await t.db.query({ text: 'SELECT order_id AS id FROM idempotency' });
  expect(rows).toEqual([{ id: young.id }]);

  const again = { ...old, id: newOrder().id };
  expect((await orders.place(again)).id).toBe(again.id);
  expect((await orders.place({ ...young, id: newOrder().id })).id).toBe(young.id);
});
