import { uuidv7 } from '@msa-event-market/shared-sdk/db';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cause } from '../../src/domain/fold.js';
import type { Answer } from '../../src/domain/model.js';
import { type Databases, look, order, paymentDatabases, paymentProcess } from '../payment-process.js';

let databases: Databases;
let seen: ReturnType<typeof look>;
let process: ReturnType<typeof paymentProcess>;
beforeAll(async () => {
  databases = await paymentDatabases();
  seen = look(databases);
  process = paymentProcess(databases, { dies: 'before B' });
});
afterAll(() => databases.drop());

const done: Answer = { result: 'done', providerRef: 'ref' };
const answered = (operationId: string, answer = done): Cause => ({
  trigger: { type: 'Answered', operationId, answer, at: new Date() },
  traceparent: null,
});

test('a lock that had to wait sees the operations as they are then, not as they were when it was asked for', async () => {
  const o = order();
  await process.deliver(o.requested());
  const { id } = await seen.operation(o.id);
  const { db, admin } = databases;

  let waiting: Promise<string[]> | undefined;
  await db.transaction(async (tx) => {
    const locked = await process.payments.lock(tx, [o.id]);
    process.payments.changeMany(tx, locked, new Map([[o.id, [answered(id)]]]));
    waiting = db.transaction(async (other) => {
      const loaded = (await process.payments.lock(other, [o.id])).get(o.id);
      return [loaded?.payment?.status ?? '', ...(loaded?.operations ?? []).map(({ status }) => status)];
    });
    await untilSomebodyWaits();
  });
  expect(await waiting).toEqual(['AUTHORIZED', 'DONE']);

  async function untilSomebodyWaits(): Promise<void> {
    for (let i = 0; i < 200; i++) {
      const text = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      if ((await admin.query({ text })).rowCount === 1) return;
    }
    throw new Error('nobody waits');
  }
});

test('batches that lock the same payments in opposite orders do not deadlock', async () => {
  const orders = Array.from({ length: 40 }, () => order());
  await process.deliver(...orders.map((o) => o.requested()));
  const ids = orders.map(({ id }) => id);
  const lock = (some: string[]) =>
    databases.db.transaction(async (tx) => {
      await process.payments.lock(tx, some);
    });
  const batches = Array.from({ length: 20 }, (_, i) => lock(i % 2 ? ids : [...ids].reverse()));
  await expect(Promise.all(batches)).resolves.toHaveLength(20);
});

test('an operation that is no longer what it was breaks the whole transaction', async () => {
  const o = order();
  await process.deliver(o.requested());
  const { id } = await seen.operation(o.id);
  await expect(
    databases.db.transaction(async (tx) => {
      const locked = await process.payments.lock(tx, [o.id]);
      await databases.admin.query({
        text: `UPDATE payment.operation SET status = 'DONE' WHERE id = $1`,
        values: [id],
      });
      process.payments.changeMany(tx, locked, new Map([[o.id, [answered(id)]]]));
    }),
  ).rejects.toThrow('status');
  expect(await seen.said(o.id)).toEqual([]);
});

test('a payment that changes nothing is not written', async () => {
  const o = order();
  await process.deliver(o.requested());
  const before = (await seen.payment(o.id))?.updated_at;
  await process.deliver(o.requested());
  expect((await seen.payment(o.id))?.updated_at).toEqual(before);
});

describe('the tables refuse what the rules never do', () => {
  const insert = (more: Record<string, unknown>) => {
    const row: Record<string, unknown> = {
      id: uuidv7(),
      order_id: uuidv7(),
      user_id: uuidv7(),
      amount: 100,
      currency: 'EUR',
      method: 'pm_card_visa',
      expires_at: new Date(),
      goal: 'CAPTURE',
      status: 'CAPTURED',
      captured: 100,
      refunded: 0,
      refunding: 0,
      version: 1,
      ...more,
    };
    const names = Object.keys(row);
    const text = `INSERT INTO payment (${names}) VALUES (${names.map((_, i) => `$${i + 1}`)})`;
    return databases.db.query({ text, values: Object.values(row) });
  };

  test.each([
    ['captured_within_amount', { captured: 101 }],
    ['captured_within_amount', { captured: 1, amount: null, currency: null, method: null, expires_at: null }],
    ['refunds_within_captured', { refunded: 60, refunding: 41 }],
    ['terms_unless_tombstone', { amount: null, captured: 0 }],
    ['payment_goal_check', { goal: 'FREE' }],
  ])('%s: %o', async (constraint, more) => {
    await expect(insert(more)).rejects.toMatchObject({ constraint });
  });

  test('a second payment of an order', async () => {
    const order_id = uuidv7();
    await insert({ order_id });
    await expect(insert({ order_id })).rejects.toMatchObject({ constraint: 'payment_order_id_key' });
  });

  const operation = (kind: string, paymentId: string, more = `'PENDING', 1, now()`) =>
    databases.db.query({
      text: `INSERT INTO operation (id, payment_id, kind, amount, status, attempts, next_attempt_at)
             VALUES ($1, $2, $3, 100, ${more})`,
      values: [uuidv7(), paymentId, kind],
    });

  test('a second capture of a payment, while refunds may be many', async () => {
    const paymentId = uuidv7();
    await operation('refund', paymentId);
    await operation('refund', paymentId);
    await operation('capture', paymentId);
    await expect(operation('capture', paymentId)).rejects.toMatchObject({ constraint: 'operation_once' });
  });

  test('an open operation that nobody would look after', async () => {
    await expect(operation('capture', uuidv7(), `'UNKNOWN', 1, NULL`)).rejects.toMatchObject({
      constraint: 'open_is_looked_after',
    });
  });

  test('two entries for one operation, and any change of an entry', async () => {
    const enter = (id: string) =>
      databases.db.query({
        text: `INSERT INTO ledger (operation_id, debit, credit, amount, currency) VALUES ($1, 'provider', 'sales', 1, 'EUR')`,
        values: [id],
      });
    const id = uuidv7();
    await enter(id);
    await expect(enter(id)).rejects.toMatchObject({ constraint: 'ledger_operation_id_key' });
    await expect(databases.db.query({ text: 'UPDATE ledger SET amount = 2' })).rejects.toThrow(
      'permission denied',
    );
    await expect(databases.db.query({ text: 'DELETE FROM ledger' })).rejects.toThrow('permission denied');
  });
});
