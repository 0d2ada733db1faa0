import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { paymentApp } from '../payment-app.js';

type Caller = 'anonymous' | 'stranger' | 'payer' | 'admin';

/** What each operation of the document answers to each caller. One that is missing here fails below. */
const answers: Record<string, Record<Caller, number>> = {
  listPayments: { anonymous: 401, stranger: 200, payer: 200, admin: 200 },
  getPayment: { anonymous: 401, stranger: 404, payer: 200, admin: 200 },
  refundPayment: { anonymous: 401, stranger: 403, payer: 403, admin: 201 },
  listLedger: { anonymous: 401, stranger: 403, payer: 403, admin: 200 },
  // The provider's signature counts, and no token in its place.
  receiveSandboxEvent: { anonymous: 401, stranger: 401, payer: 401, admin: 401 },
};
const bodies: Record<string, object> = {
  refundPayment: { amount: 1 },
  receiveSandboxEvent: { id: randomUUID(), key: randomUUID() },
};
const codes: Record<number, string> = { 401: 'UNAUTHORIZED', 403: 'FORBIDDEN', 404: 'NOT_FOUND_PAYMENT' };

const app = await paymentApp(); // here, since the tests are made from its document
afterAll(() => app.stop());
const { body: document } = await app.call('GET', '/v1/swagger/spec');

async function tokenOf(caller: Caller, payer: string): Promise<string | undefined> {
  return { anonymous: undefined, stranger: await app.tokens.token(), payer, admin: app.admin }[caller];
}

interface Operation {
  operationId: string;
  method: 'GET' | 'POST';
  path: string;
}
const operations = Object.entries<object>(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(
    ([method, { operationId }]): Operation => ({
      operationId,
      method: method.toUpperCase() as 'GET' | 'POST',
      path,
    }),
  ),
);

test('the document and the table above have the same operations', () => {
  expect(operations.map(({ operationId }) => operationId).sort()).toEqual(Object.keys(answers).sort());
});

describe.each(operations)('$operationId', ({ operationId, method, path }) => {
  test.each<Caller>(['anonymous', 'stranger', 'payer', 'admin'])('to %s', async (caller) => {
    const { id, payer } = await app.paid();
    const token = await tokenOf(caller, payer);
    const { status, body } = await app.call(method, path.replace('{id}', id), {
      token,
      body: bodies[operationId],
      headers: { 'idempotency-key': randomUUID() },
    });
    const expected = answers[operationId]?.[caller] ?? 'nothing yet: add it to the table above';
    const code = operationId === 'receiveSandboxEvent' ? 'INVALID_SIGNATURE' : codes[Number(expected)];
    expect({ status, code: body.code }).toEqual({ status: expected, code });
  });
});

test.each<[Caller, number]>([
  ['stranger', 0],
  ['payer', 1],
  ['admin', 1],
])('of the payments of an order %s sees %i', async (caller, sees) => {
  const { orderId, payer } = await app.paid();
  const token = await tokenOf(caller, payer);
  const { body } = await app.call('GET', `/v1/payments?orderId=${orderId}`, { token });
  expect(body.payments).toHaveLength(sees);
});

test('who may not ask learns nothing of the rules for a body', async () => {
  const { id, payer } = await app.paid();
  const refund = (token?: string) =>
    app.call('POST', `/v1/payments/${id}/refunds`, { token, body: { amount: 'much' } });
  expect((await refund()).status).toBe(401);
  expect((await refund(payer)).status).toBe(403);
});
