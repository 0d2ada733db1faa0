import { randomUUID } from 'node:crypto';
import { type GrpcClient, grpcClient } from '@msa-event-market/shared-sdk/grpc';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PaymentApp, paymentApp } from '../payment-app.js';

let app: PaymentApp;
let client: GrpcClient<'market.payment.v1.PaymentService'>;
beforeAll(async () => {
  app = await paymentApp();
  const { grpc } = await app.service.start();
  client = grpcClient('market.payment.v1.PaymentService', grpc, { timeoutMs: 5_000 });
});
afterAll(async () => {
  client.close();
  await app.stop();
});

const code = (code: string) => expect.objectContaining({ code });
const list = { status: 'PAYMENT_STATUS_UNSPECIFIED', limit: 0, cursor: '' } as const;

describe('the rules are those of REST', () => {
  test('nobody, strangers and payers get no further than there', async () => {
    const { id, payer } = await app.paid();
    const stranger = await app.tokens.token();
    await expect(client.GetPayment({ id })).rejects.toEqual(code('UNAUTHORIZED'));
    await expect(client.GetPayment({ id }, { token: stranger })).rejects.toEqual(code('NOT_FOUND_PAYMENT'));
    const refund = { id, amount: 1, idempotencyKey: 'k' };
    await expect(client.RefundPayment(refund)).rejects.toEqual(code('UNAUTHORIZED'));
    await expect(client.RefundPayment(refund, { token: payer })).rejects.toEqual(code('FORBIDDEN'));
    const ledger = { account: '', limit: 0, cursor: '' };
    await expect(client.ListLedger(ledger, { token: payer })).rejects.toEqual(code('FORBIDDEN'));
    expect((await client.ListPayment(list, { token: stranger })).payments).toEqual([]);
  });

  const id = randomUUID();
  const invalid: [keyof typeof client & string, object, string][] = [
    ['GetPayment', {}, ''],
    ['GetPayment', { id: 'x' }, '/id'],
    ['GetPayment', { id: '\0' }, '/id'],
    ['ListPayment', { ...list, limit: 101 }, '/limit'],
    ['ListPayment', { ...list, cursor: 'x' }, '/cursor'],
    ['ListLedger', { account: 'cash', limit: 0, cursor: '' }, '/account'],
    ['RefundPayment', { id, amount: 0, idempotencyKey: 'k' }, '/amount'],
    ['RefundPayment', { id, amount: 1, idempotencyKey: '' }, '/idempotencyKey'],
  ];
  test.each(invalid)('%s of %j is refused, with a pointer to it', async (method, request, pointer) => {
    const call = client[method] as (request: object, options: object) => Promise<object>;
    await expect(call(request, { token: app.admin })).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      fields: [{ pointer }],
    });
  });
});

test('a payment is found by its id and by its order', async () => {
  const { id, orderId, payer } = await app.paid(250);
  const byId = await client.GetPayment({ id }, { token: payer });
  expect(byId.payment).toMatchObject({
    id,
    orderId,
    amount: { amount: 250, currency: 'EUR' },
    status: 'PAYMENT_STATUS_CAPTURED',
    operations: [
      { kind: 'OPERATION_KIND_AUTHORIZE', status: 'OPERATION_STATUS_DONE' },
      { kind: 'OPERATION_KIND_CAPTURE', status: 'OPERATION_STATUS_DONE' },
    ],
  });
  expect(await client.GetPayment({ orderId }, { token: payer })).toEqual(byId);
  const filtered = { ...list, orderId, status: 'PAYMENT_STATUS_CAPTURED' } as const;
  expect((await client.ListPayment(filtered, { token: payer })).payments).toEqual([byId.payment]);
});

test('a refund by gRPC and one by REST with the same key are one', async () => {
  const { id } = await app.paid(100);
  const idempotencyKey = randomUUID();
  const { refund } = await client.RefundPayment({ id, amount: 30, idempotencyKey }, { token: app.admin });
  expect(refund).toMatchObject({ kind: 'OPERATION_KIND_REFUND', amount: 30, requestedBy: app.adminId });
  const { body } = await app.call('POST', `/v1/payments/${id}/refunds`, {
    token: app.admin,
    body: { amount: 30 },
    headers: { 'idempotency-key': idempotencyKey },
  });
  expect(body.id).toBe(refund.id);
});

test('the ledger pages, with balances on the first page of an account', async () => {
  await app.paid(10);
  await app.paid(20);
  const token = app.admin;
  const first = await client.ListLedger({ account: 'sales', limit: 1, cursor: '' }, { token });
  expect(first.entries).toMatchObject([
    { debit: 'provider', credit: 'sales', amount: { amount: 20, currency: 'EUR' } },
  ]);
  expect(first.balances).toHaveLength(1);
  const cursor = first.nextCursor ?? '';
  const second = await client.ListLedger({ account: 'sales', limit: 1, cursor }, { token });
  expect(second.entries).toMatchObject([{ amount: { amount: 10 } }]);
  expect(second.balances).toEqual([]);
});

test('a balance that our clients would round is left out', async () => {
  await app.databases.db.query({
    text: `INSERT INTO ledger (operation_id, debit, credit, amount, currency)
           SELECT id, 'provider', 'sales', amount, currency
           FROM unnest($1::uuid[], '{9007199254740991,1,9007199254740991}'::bigint[], '{XXX,XXX,XXY}'::text[])
             u(id, amount, currency)`,
    values: [[randomUUID(), randomUUID(), randomUUID()]],
  });
  const request = { account: 'provider', limit: 1, cursor: '' };
  const { balances } = await client.ListLedger(request, { token: app.admin });
  expect(balances).toContainEqual({ amount: Number.MAX_SAFE_INTEGER, currency: 'XXY' });
  expect(balances.map(({ currency }) => currency)).not.toContain('XXX');
});
