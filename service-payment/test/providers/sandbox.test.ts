import { uuidv7 } from '@msa-event-market/shared-sdk/db';
import { type TestDatabase, testDatabase } from '@msa-event-market/shared-sdk/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Book, sandboxBook } from '../../src/providers/sandbox/book.js';
import { sandboxProvider } from '../../src/providers/sandbox/sandbox-provider.js';
import type { PaymentProvider } from '../../src/use-cases/ports.js';

let database: TestDatabase;
let book: Book;
let provider: PaymentProvider;
beforeAll(async () => {
  const migrations = new URL('../../migrations-sandbox', import.meta.url);
  database = await testDatabase({ service: 'sandbox', schema: 'sandbox', migrations });
  book = sandboxBook(database.db);
  provider = sandboxProvider(book);
});
afterAll(() => database.drop());

const patience = () => AbortSignal.timeout(5_000);
const refused = (reason: string) => ({ result: 'refused', reason });

function customer(method = 'pm_card_visa', amount = 100) {
  const orderId = uuidv7();
  const call = (more: { key?: string; amount?: number } = {}) => ({
    key: uuidv7(),
    orderId,
    method,
    amount,
    currency: 'EUR',
    ...more,
  });
  return {
    authorize: (more?: object) => provider.authorize(call(more), patience()),
    capture: (more?: object) => provider.capture(call(more), patience()),
    void: (more?: object) => provider.void(call(more), patience()),
    refund: (more?: object) => provider.refund(call(more), patience()),
    async entries() {
      const text = 'SELECT kind, outcome FROM sandbox.book WHERE order_id = $1 ORDER BY created_at, key';
      const { rows } = await database.admin.query<{ kind: string; outcome: string }>({
        text,
        values: [orderId],
      });
      return rows.map(({ kind, outcome }) => `${kind} ${outcome}`);
    },
  };
}

describe('the provider enforces its own rules', () => {
  test('nothing is captured, voided or refunded that was not authorised and captured', async () => {
    const c = customer();
    expect(await c.capture()).toEqual(refused('NOT_AUTHORIZED'));
    expect(await c.void()).toEqual(refused('NOT_AUTHORIZED'));
    await c.authorize();
    expect(await c.refund()).toEqual(refused('EXCEEDS_CAPTURED'));
  });

  test.each(['pm_card_of_nobody', 'constructor'])(
    'nothing is authorised for the method %s, which it does not have',
    async (method) => {
      expect(await customer(method).authorize()).toEqual(refused('UNKNOWN_METHOD'));
    },
  );

  test('no more is captured than authorised, however often it is asked', async () => {
    const c = customer();
    await c.authorize();
    expect(await c.capture({ amount: 101 })).toEqual(refused('EXCEEDS_AUTHORIZED'));
    expect(await c.capture()).toMatchObject({ result: 'done' });
    expect(await c.capture()).toEqual(refused('EXCEEDS_AUTHORIZED'));
  });

  test('a capture after a void, and a void after a capture, are refused', async () => {
    const [voided, captured] = [customer(), customer()];
    await voided.authorize();
    expect(await voided.void()).toMatchObject({ result: 'done' });
    expect(await voided.capture()).toEqual(refused('VOIDED'));
    await captured.authorize();
    await captured.capture();
    expect(await captured.void()).toEqual(refused('ALREADY_CAPTURED'));
  });

  test('refunds that come at once never exceed what was captured', async () => {
    const c = customer();
    await c.authorize();
    await c.capture();
    const other = sandboxProvider(sandboxBook(database.db));
    const [{ orderId }] = (
      await database.admin.query<{ orderId: string }>({
        text: `SELECT order_id AS "orderId" FROM sandbox.book ORDER BY created_at DESC LIMIT 1`,
      })
    ).rows as [{ orderId: string }];
    const refunds = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        (i % 2 ? provider : other).refund(
          { key: uuidv7(), orderId, method: 'pm_card_visa', amount: 30, currency: 'EUR' },
          patience(),
        ),
      ),
    );
    expect(refunds.filter(({ result }) => result === 'done')).toHaveLength(3);
  });
});

describe('the key', () => {
  test('gives the same answer again, and one entry', async () => {
    const c = customer();
    const key = uuidv7();
    const first = await c.authorize({ key });
    expect(await c.authorize({ key })).toEqual(first);
    expect(await c.entries()).toEqual(['authorize done']);
  });

  test('gives the same refusal again, although it would now succeed', async () => {
    const c = customer();
    const key = uuidv7();
    expect(await c.capture({ key })).toEqual(refused('NOT_AUTHORIZED'));
    await c.authorize();
    expect(await c.capture({ key })).toEqual(refused('NOT_AUTHORIZED'));
  });

  test('counts once when two callers use it at once', async () => {
    const c = customer();
    const key = uuidv7();
    const orderId = uuidv7();
    const call = { key, orderId, method: 'pm_card_visa', amount: 100, currency: 'EUR' };
    const callers = Array.from({ length: 8 }, () => sandboxProvider(sandboxBook(database.db)));
    const answers = await Promise.all(callers.map((caller) => caller.authorize(call, patience())));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await c.entries()).toEqual([]);
    expect(
      (await database.admin.query({ text: 'SELECT FROM sandbox.book WHERE key = $1', values: [key] }))
        .rowCount,
    ).toBe(1);
  });

  test('that never arrived is not known', async () => {
    expect(await provider.query(uuidv7(), patience())).toBeUndefined();
  });
});

describe('test methods', () => {
  test('pm_card_timeout enters the outcome and answers nobody in time; a query tells', async () => {
    const c = customer('pm_card_timeout');
    const key = uuidv7();
    const call = { key, orderId: uuidv7(), method: 'pm_card_timeout', amount: 1, currency: 'EUR' };
    await expect(provider.authorize(call, AbortSignal.timeout(50))).rejects.toThrow();
    expect(await provider.query(key, patience())).toMatchObject({ result: 'done' });
    expect(await c.entries()).toEqual([]);
  });

  test('pm_card_lost loses the first call of each key, whoever makes it', async () => {
    const key = uuidv7();
    const call = { key, orderId: uuidv7(), method: 'pm_card_lost', amount: 1, currency: 'EUR' };
    await expect(provider.authorize(call, patience())).rejects.toThrow('lost');
    expect(await provider.query(key, patience())).toBeUndefined();
    const afterRestart = sandboxProvider(sandboxBook(database.db));
    expect(await afterRestart.authorize(call, patience())).toMatchObject({ result: 'done' });
  });

  test('pm_card_slow takes two seconds', async () => {
    const start = performance.now();
    expect(await customer('pm_card_slow').authorize()).toMatchObject({ result: 'done' });
    expect(performance.now() - start).toBeGreaterThan(1_900);
  });

  test('pm_card_capture_fails and pm_card_refund_fails do what they say, every time', async () => {
    const [capture, refund] = [customer('pm_card_capture_fails'), customer('pm_card_refund_fails')];
    await capture.authorize();
    expect([await capture.capture(), await capture.capture()]).toEqual([
      refused('CAPTURE_REFUSED'),
      refused('CAPTURE_REFUSED'),
    ]);
    await refund.authorize();
    await refund.capture();
    expect(await refund.refund()).toEqual(refused('REFUND_REFUSED'));
  });
});

test('calls of one tick share a transaction', async () => {
  const customers = Array.from({ length: 200 }, () => customer());
  await Promise.all(customers.map((c) => c.authorize()));
  const { rows } = await database.admin.query<{ n: number }>({
    text: 'SELECT count(*) AS n FROM sandbox.book GROUP BY xmin::text ORDER BY 1 DESC LIMIT 1',
  });
  expect(rows[0]?.n).toBe(200);
});
