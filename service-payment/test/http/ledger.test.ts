import { uuidv7 } from '@msa-event-market/shared-sdk/db';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PaymentApp, paymentApp, wrongFields } from '../payment-app.js';

let app: PaymentApp;
beforeAll(async () => {
  app = await paymentApp();
});
afterAll(() => app.stop());

const ledger = async (query: string) =>
  (await app.call('GET', `/v1/ledger?${query}`, { token: app.admin })).body;

interface Balance {
  amount: string;
  currency: string;
}
const balance = async (account: string, currency = 'EUR') =>
  (await ledger(`account=${account}`)).balances.find((one: Balance) => one.currency === currency)?.amount;

test('the ledger pages, the latest entry first', async () => {
  await app.paid(70);
  await app.paid(80);
  const first = await ledger('limit=1');
  expect(first.entries).toMatchObject([
    { debit: 'provider', credit: 'sales', amount: { amount: 80, currency: 'EUR' } },
  ]);
  const second = await ledger(`limit=1&cursor=${first.metadata.nextCursor}`);
  expect(second.entries).toMatchObject([{ amount: { amount: 70 } }]);
  expect(second.entries[0].entry).toBeLessThan(first.entries[0].entry);
});

test.each([
  ['account=cash', '/account'],
  ['cursor=e30', '/cursor'],
  ['cursor=MA', '/cursor'],
  ['limit=101', '/limit'],
  ['currency=EUR', '/currency'],
])('%s is refused, with a pointer to it', async (query, pointer) => {
  const { status, body } = await app.call('GET', `/v1/ledger?${query}`, { token: app.admin });
  expect([status, body.code, wrongFields(body)]).toEqual([400, 'INVALID_REQUEST', [`query ${pointer}`]]);
});

describe('the balances', () => {
  test('are the sums of an account, and zero over all accounts', async () => {
    const [provider, sales] = [await balance('provider'), await balance('sales')];
    await app.paid(70);
    expect(await balance('provider')).toBe(String(Number(provider ?? 0) + 70));
    expect(await balance('sales')).toBe(String(Number(sales ?? 0) - 70));
  });

  test('come with the first page of an account, and are not summed up again for each of the others', async () => {
    await app.paid();
    await app.paid();
    const { balances, metadata } = await ledger('account=sales&limit=1');
    expect(balances).toHaveLength(1);
    expect((await ledger(`account=sales&limit=1&cursor=${metadata.nextCursor}`)).balances).toEqual([]);
    expect((await ledger('limit=1')).balances).toEqual([]);
  });

  test('are told to the last digit when they pass what a JSON number holds', async () => {
    await app.databases.db.query({
      text: `INSERT INTO ledger (operation_id, debit, credit, amount, currency)
             SELECT id, 'provider', 'sales', 9007199254740991, 'XXX' FROM unnest($1::uuid[]) id`,
      values: [[uuidv7(), uuidv7(), uuidv7()]],
    });
    expect(await balance('provider', 'XXX')).toBe('27021597764222973');
    expect(await balance('sales', 'XXX')).toBe('-27021597764222973');
  });
});
