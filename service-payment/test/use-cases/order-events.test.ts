import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Databases, look, order, paymentDatabases, paymentProcess } from '../payment-process.js';

let databases: Databases;
let seen: ReturnType<typeof look>;
let process: ReturnType<typeof paymentProcess>;
beforeAll(async () => {
  databases = await paymentDatabases();
  seen = look(databases);
  process = paymentProcess(databases);
});
afterAll(() => databases.drop());

test('a cancellation before the request leaves a tombstone, and the request comes to nothing', async () => {
  const o = order();
  const requested = o.requested();
  await process.handle(o.cancelling());
  await process.handle(requested);
  expect(await seen.payment(o.id)).toMatchObject({ status: 'CANCELLED', amount: null, version: 1 });
  expect(await seen.steps(o.id)).toEqual([]);
  expect(await seen.book(o.id)).toEqual([]);
  const [message] = await seen.messages(o.id);
  expect(message).toMatchObject({
    type: 'PaymentCancelled',
    version: 1,
    payload: { how: 'none', net: 0, orderId: o.id },
  });
});

test('a cancellation that does not concern the payment is not heard', async () => {
  const o = order();
  await process.handle(o.cancelling(['stock']));
  expect(await seen.payment(o.id)).toBeUndefined();
});

test.each([
  ['pm_card_declined', 'CARD_DECLINED'],
  ['pm_card_insufficient_funds', 'INSUFFICIENT_FUNDS'],
  ['pm_card_expired', 'CARD_EXPIRED'],
  ['pm_card_3ds_required', 'BUYER_ACTION_REQUIRED'],
  ['pm_card_nobody_knows', 'UNKNOWN_METHOD'],
])('%s is declined with %s', async (method, reason) => {
  const o = order({ method });
  await process.handle(o.requested());
  expect(await seen.payment(o.id)).toMatchObject({ status: 'DECLINED' });
  expect(await seen.messages(o.id)).toMatchObject([{ type: 'PaymentDeclined', payload: { reason } }]);
});

test('a refused capture is told and not repeated; the cancellation that follows voids', async () => {
  const o = order({ method: 'pm_card_capture_fails' });
  await process.handle(o.requested());
  await process.handle(o.confirmed());
  expect(await seen.said(o.id)).toEqual(['PaymentAuthorized', 'PaymentCaptureFailed']);
  await process.handle(o.cancelling());
  expect(await seen.steps(o.id)).toEqual(['authorize: DONE', 'capture: FAILED', 'void: DONE']);
  expect((await seen.messages(o.id)).at(-1)).toMatchObject({
    type: 'PaymentCancelled',
    payload: { how: 'voided' },
  });
  expect(await seen.ledger(o.id)).toEqual([]);
});

test('an order is authorised, captured, and after a cancellation refunded', async () => {
  const o = order();
  await process.handle(o.requested());
  await process.handle(o.confirmed());
  expect(await seen.payment(o.id)).toMatchObject({ status: 'CAPTURED', captured: 100, refunded: 0 });
  expect(await seen.ledger(o.id)).toEqual([{ debit: 'provider', credit: 'sales', amount: 100 }]);

  await process.handle(o.cancelling());
  expect(await seen.payment(o.id)).toMatchObject({
    status: 'REFUNDED',
    refunded: 100,
    refunding: 0,
    version: 3,
  });
  expect(await seen.ledger(o.id)).toEqual([
    { debit: 'provider', credit: 'sales', amount: 100 },
    { debit: 'sales', credit: 'provider', amount: 100 },
  ]);
  expect(await seen.said(o.id)).toEqual(['PaymentAuthorized', 'PaymentCaptured', 'PaymentCancelled']);
  expect(await seen.book(o.id)).toEqual(['authorize done 100', 'capture done 100', 'refund done 100']);
});

test('an order for nothing is captured without an entry in the ledger', async () => {
  const o = order({ amount: 0 });
  await process.handle(o.requested());
  await process.handle(o.confirmed());
  await process.handle(o.cancelling());
  expect(await seen.said(o.id)).toEqual(['PaymentAuthorized', 'PaymentCaptured', 'PaymentCancelled']);
  expect(await seen.ledger(o.id)).toEqual([]);
});

test('events delivered again, also under a new id, change nothing', async () => {
  const o = order();
  const requested = o.requested();
  await process.handle(requested, requested);
  await process.handle(o.requested(), o.confirmed(), o.confirmed());
  await process.handle(requested, o.requested());
  expect(await seen.said(o.id)).toEqual(['PaymentAuthorized', 'PaymentCaptured']);
  expect(await seen.book(o.id)).toEqual(['authorize done 100', 'capture done 100']);
});

test('request and cancellation in one batch: the authorisation is awaited, then voided', async () => {
  const o = order();
  await process.handle(o.requested(), o.cancelling());
  expect(await seen.said(o.id)).toEqual(['PaymentAuthorized', 'PaymentCancelled']);
  expect(await seen.book(o.id)).toEqual(['authorize done 100', 'void done 100']);
});

test('a confirmation of a payment that is not there is tried again and then parked, with what follows it', async () => {
  const o = order();
  await process.deliver(o.confirmed());
  const parked = await databases.admin.query<{ reason: string }>({
    text: 'SELECT reason FROM payment.parked WHERE key = $1',
    values: [o.id],
  });
  expect(parked.rows).toEqual([{ reason: 'NOT_YET_VISIBLE' }]);
});

test('the outcome continues the trace of what asked for it', async () => {
  const o = order();
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  await process.handle({ ...o.requested(), traceparent });
  const [authorized] = await seen.messages(o.id);
  expect(authorized?.traceparent).toBe(traceparent);
});

test('five hundred orders in a batch are one transaction, and their answers few', async () => {
  const orders = Array.from({ length: 500 }, () => order());
  await process.handle(...orders.map((o) => o.requested()));
  await process.handle(...orders.map((o) => o.confirmed()));
  const { rows } = await databases.admin.query<{ n: number; transactions: number }>({
    text: `SELECT count(*) AS n, count(DISTINCT xmin::text) AS transactions FROM payment.payment
           WHERE order_id = ANY($1) AND status = 'CAPTURED'`,
    values: [orders.map(({ id }) => id)],
  });
  expect(rows[0]?.n).toBe(500);
  expect(rows[0]?.transactions).toBeLessThan(10);
});
