import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { forgetOld } from '../../src/db/forget-old.js';
import { type Databases, paymentDatabases } from '../payment-process.js';

let databases: Databases;
beforeAll(async () => {
  databases = await paymentDatabases();
});
afterAll(() => databases.drop());

const plant = (text: string, ...values: unknown[]) => databases.db.query({ text, values });
const keys = (count: number, age: string) =>
  plant(
    `INSERT INTO idempotency (user_id, route, key, body_hash, created_at)
     SELECT $1, 'refundPayment', $3 || n, 'hash', now() - $3::interval FROM generate_series(1, $2) n`,
    randomUUID(),
    count,
    age,
  );
const webhooks = (count: number, age: string) =>
  plant(
    `INSERT INTO webhook (provider, event_id, received_at)
     SELECT 'sandbox', $2 || n, now() - $2::interval FROM generate_series(1, $1) n`,
    count,
    age,
  );
const left = async (text: string) =>
  (await databases.db.query<{ n: number }>({ text: `SELECT count(*) AS n FROM ${text}` })).rows[0]?.n;

test('keys are forgotten after a day and webhooks after thirty, however many there are, and no others', async () => {
  await keys(2_500, '25 hours');
  await keys(3, '23 hours');
  await webhooks(2_500, '31 days');
  await webhooks(3, '29 days');
  await forgetOld(databases.db)();
  expect(await left('idempotency')).toBe(3);
  expect(await left('webhook')).toBe(3);
});

test('no statement deletes more than a thousand rows, so that none holds its locks for long', async () => {
  await keys(2_500, '25 hours');
  await webhooks(1_000, '31 days');
  const deleted: number[] = [];
  const watched: Pick<typeof databases.db, 'query'> = {
    async query(query) {
      const result = await databases.db.query(query);
      deleted.push(result.rowCount);
      return result;
    },
  };
  await forgetOld(watched)();
  expect(deleted).toEqual([1_000, 1_000, 500, 1_000, 0]);
});

test('rows that another replica is deleting are left to it', async () => {
  await keys(2, '25 hours');
  const [first] = (
    await databases.db.query<{ key: string }>({
      text: `SELECT key FROM idempotency WHERE created_at < now() - interval '24 hours' LIMIT 1`,
    })
  ).rows;
  await databases.db.transaction(async (tx) => {
    await tx.query({ text: 'DELETE FROM idempotency WHERE key = $1', values: [first?.key] });
    await forgetOld(databases.db)();
  });
  expect(await left(`idempotency WHERE created_at < now() - interval '24 hours'`)).toBe(0);
});

test.each([
  ['idempotency', 'created_at'],
  ['webhook', 'received_at'],
])('the oldest of %s are found by an index', async (table, column) => {
  const { rows } = await databases.admin.query<{ indexdef: string }>({
    text: `SELECT indexdef FROM pg_indexes WHERE schemaname = 'payment' AND tablename = $1`,
    values: [table],
  });
  expect(rows.map(({ indexdef }) => indexdef)).toContainEqual(expect.stringContaining(`(${column})`));
});
