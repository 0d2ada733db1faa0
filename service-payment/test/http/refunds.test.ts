import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PaymentApp, paymentApp, wrongFields } from '../payment-app.js';
import { eventually, order } from '../payment-process.js';

let app: PaymentApp;
beforeAll(async () => {
  app = await paymentApp();
});
afterAll(() => app.stop());

const refund = (id: string, body: unknown, { key = randomUUID() as string, token = app.admin } = {}) =>
  app.call('POST', `/v1/payments/${id}/refunds`, {
    token,
    body,
    headers: key ? { 'idempotency-key': key } : {},
  });

/** Asks, and expects that no refund, no message and no key that could not be used again comes of it. */
async function inVain<R>(orderId: string, ask: () => Promise<R>): Promise<R> {
  const written = async () => [
    await app.seen.payment(orderId),
    await app.seen.steps(orderId),
    await app.seen.said(orderId),
    (await app.databases.admin.query({ text: 'SELECT FROM payment.idempotency' })).rowCount,
  ];
  const before = await written();
  const answer = await ask();
  expect(await written()).toEqual(before);
  return answer;
}

describe('a refund is refused', () => {
  test('to the payer', async () => {
    const { id, orderId, payer } = await app.paid();
    const { status } = await inVain(orderId, () => refund(id, { amount: 1 }, { token: payer }));
    expect(status).toBe(403);
  });

  test.each([
    [undefined, ''],
    [[], ''],
    [{}, '/amount'],
    [{ amount: null }, '/amount'],
    [{ amount: 0 }, '/amount'],
    [{ amount: -1 }, '/amount'],
    [{ amount: 1.5 }, '/amount'],
    [{ amount: '1' }, '/amount'],
    [{ amount: 2 ** 60 }, '/amount'],
    [{ amount: 1, to: 'me' }, '/to'],
  ])('with the body %j, and points at what is wrong', async (body, pointer) => {
    const { id, orderId } = await app.paid();
    const { status, body: answer } = await inVain(orderId, () => refund(id, body));
    expect([status, answer.code, wrongFields(answer)]).toEqual([400, 'INVALID_REQUEST', [`body ${pointer}`]]);
  });

  test('of an id that is none', async () => {
    const { status, body } = await refund('1', { amount: 1 });
    expect([status, wrongFields(body)]).toEqual([400, ['path /id']]);
  });

  test.each([
    ['', 'IDEMPOTENCY_KEY_MISSING'],
    ['a key', 'IDEMPOTENCY_KEY_INVALID'],
    ['k'.repeat(129), 'IDEMPOTENCY_KEY_INVALID'],
  ])('with the Idempotency-Key %j', async (key, code) => {
    const { id, orderId } = await app.paid();
    const { status, body } = await inVain(orderId, () => refund(id, { amount: 1 }, { key }));
    expect([status, body.code]).toEqual([400, code]);
  });

  test('of a payment that is not there', async () => {
    const { status, body } = await refund(randomUUID(), { amount: 1 });
    expect([status, body.code]).toEqual([404, 'NOT_FOUND_PAYMENT']);
  });

  test('of a payment that is not captured, or being cancelled', async () => {
    const o = order();
    await app.process.handle(o.requested());
    const { id } = (await app.seen.payment(o.id)) as { id: string };
    const { status, body } = await inVain(o.id, () => refund(id, { amount: 1 }));
    expect([status, body.code]).toEqual([409, 'INVALID_PAYMENT_STATE']);

    const cancelled = await app.paid();
    await app.process.handle(cancelled.order.cancelling());
    expect((await refund(cancelled.id, { amount: 1 })).body.code).toBe('INVALID_PAYMENT_STATE');
  });

  test('over what was captured, counting what is under way, and the key can be used again', async () => {
    const { id, orderId } = await app.paid(100);
    const key = randomUUID();
    const { status, body } = await inVain(orderId, () => refund(id, { amount: 101 }, { key }));
    expect([status, body.code]).toEqual([409, 'REFUND_EXCEEDS_CAPTURED']);
    expect((await refund(id, { amount: 60 }, { key })).status).toBe(201);
    expect((await refund(id, { amount: 41 })).body.code).toBe('REFUND_EXCEEDS_CAPTURED');
    expect((await refund(id, { amount: 40 })).status).toBe(201);
  });
});

test('a refund is paid back, entered in the ledger and told', async () => {
  const { id, orderId } = await app.paid(100);
  const { status, body, headers } = await refund(id, { amount: 30 });
  expect(status).toBe(201);
  expect(headers.location).toBe(`/v1/payments/${id}`);
  expect(body).toMatchObject({ kind: 'refund', amount: 30, status: 'PENDING', requestedBy: app.adminId });
  await eventually(async () => {
    expect(await app.seen.payment(orderId)).toMatchObject({ refunded: 30, refunding: 0, status: 'CAPTURED' });
  });
  expect(await app.seen.ledger(orderId)).toHaveLength(2);
  expect((await app.seen.messages(orderId)).at(-1)).toMatchObject({
    type: 'PaymentRefunded',
    version: 3,
    payload: { refundId: body.id, amount: 30, currency: 'EUR' },
  });
  const { body: shown } = await app.call('GET', `/v1/payments/${id}`, { token: app.admin });
  expect(shown.operations.at(-1)).toMatchObject({ id: body.id, status: 'DONE' });
});

describe('the same Idempotency-Key', () => {
  test('gives the same answer to the letter, and one refund', async () => {
    const { id, orderId } = await app.paid(100);
    const key = randomUUID();
    const first = await refund(id, { amount: 30 }, { key });
    await eventually(async () => expect(await app.seen.payment(orderId)).toMatchObject({ refunded: 30 }));
    const second = await refund(id, { amount: 30 }, { key });
    expect([second.status, second.body]).toEqual([201, first.body]);
    expect((await app.seen.operations(orderId)).filter(({ kind }) => kind === 'refund')).toHaveLength(1);
  });

  test('with another amount, or for another payment, is 422', async () => {
    const [one, other] = [await app.paid(), await app.paid()];
    const key = randomUUID();
    await refund(one.id, { amount: 30 }, { key });
    for (const { status, body } of [
      await refund(one.id, { amount: 31 }, { key }),
      await refund(other.id, { amount: 30 }, { key }),
    ]) {
      expect([status, body.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    }
  });

  test('of another admin is another key', async () => {
    const { id } = await app.paid(100);
    const key = randomUUID();
    const colleague = await app.tokens.token({ role: 'admin' });
    const [mine, theirs] = [
      await refund(id, { amount: 30 }, { key }),
      await refund(id, { amount: 30 }, { key, token: colleague }),
    ];
    expect(theirs.status).toBe(201);
    expect(theirs.body.id).not.toBe(mine.body.id);
  });

  test('sent twenty times at once makes one refund, and twenty equal answers', async () => {
    const { id, orderId } = await app.paid(100);
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 20 }, () => refund(id, { amount: 5 }, { key })));
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1);
    expect((await app.seen.operations(orderId)).filter(({ kind }) => kind === 'refund')).toHaveLength(1);
  });

  test('whose first request does not end is 409 after two seconds', async () => {
    const { id } = await app.paid(100);
    const key = randomUUID();
    await app.databases.admin.transaction(async (tx) => {
      await tx.query({
        text: `INSERT INTO payment.idempotency (user_id, route, key, body_hash) VALUES ($1, 'refundPayment', $2, 'x')`,
        values: [app.adminId, key],
      });
      const { status, body, headers } = await refund(id, { amount: 5 }, { key });
      expect([status, body.code]).toEqual([409, 'IDEMPOTENCY_KEY_IN_FLIGHT']);
      expect(headers['retry-after']).toBe('1');
    });
  });
});

test('refunds that come at once never exceed what was captured', async () => {
  const { id, orderId } = await app.paid(100);
  const answers = await Promise.all(Array.from({ length: 10 }, () => refund(id, { amount: 30 })));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(7);
  await eventually(async () =>
    expect(await app.seen.payment(orderId)).toMatchObject({ refunded: 90, refunding: 0 }),
  );
});
