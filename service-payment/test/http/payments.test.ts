import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PaymentApp, paymentApp, wrongFields } from '../payment-app.js';
import { order } from '../payment-process.js';

let app: PaymentApp;
beforeAll(async () => {
  app = await paymentApp();
});
afterAll(() => app.stop());

describe('a payment', () => {
  test('that belongs to somebody else looks like one that is not there', async () => {
    const { id } = await app.paid();
    const stranger = await app.tokens.token();
    const [others, nobodys] = [
      await app.call('GET', `/v1/payments/${id}`, { token: stranger }),
      await app.call('GET', `/v1/payments/${randomUUID()}`, { token: stranger }),
    ];
    expect([others.status, others.body.code]).toEqual([404, 'NOT_FOUND_PAYMENT']);
    expect(nobodys.body.code).toBe(others.body.code);
  });

  test('is shown to its payer and to admins, with what the provider was asked to do', async () => {
    const { id, orderId, userId, payer } = await app.paid(250);
    for (const token of [payer, app.admin]) {
      const { status, body } = await app.call('GET', `/v1/payments/${id}`, { token });
      expect(status).toBe(200);
      expect(body).toMatchObject({
        id,
        orderId,
        userId,
        amount: { amount: 250, currency: 'EUR' },
        status: 'CAPTURED',
        captured: 250,
        operations: [
          { kind: 'authorize', status: 'DONE', amount: 250, attempts: 1, requestedBy: null },
          { kind: 'capture', status: 'DONE', providerRef: expect.stringContaining('sandbox-') },
        ],
      });
    }
  });

  test('is not looked for under an id that is none', async () => {
    const { status, body } = await app.call('GET', '/v1/payments/1', { token: app.admin });
    expect([status, wrongFields(body)]).toEqual([400, ['path /id']]);
  });

  test('that is only a tombstone has no amount', async () => {
    const o = order();
    await app.process.handle(o.cancelling());
    const token = await app.tokens.token({ userId: o.userId });
    const { body } = await app.call('GET', `/v1/payments?orderId=${o.id}`, { token });
    expect(body.payments).toMatchObject([
      { amount: null, method: null, status: 'CANCELLED', operations: [] },
    ]);
  });
});

describe('the list', () => {
  test.each([
    ['limit=0', '/limit'],
    ['limit=101', '/limit'],
    ['limit=x', '/limit'],
    ['orderId=1', '/orderId'],
    ['status=PAID', '/status'],
    ['cursor=%00', '/cursor'],
    ['cursor=e30', '/cursor'],
    ['userId=x', '/userId'],
  ])('refuses %s and points at it', async (query, pointer) => {
    const { status, body } = await app.call('GET', `/v1/payments?${query}`, { token: app.admin });
    expect([status, body.code, wrongFields(body)]).toEqual([400, 'INVALID_REQUEST', [`query ${pointer}`]]);
  });

  test('of an order of somebody else is empty, also by its id', async () => {
    const { orderId } = await app.paid();
    const { body } = await app.call('GET', `/v1/payments?orderId=${orderId}`, {
      token: await app.tokens.token(),
    });
    expect(body).toEqual({ payments: [], metadata: { limit: 50, nextCursor: null } });
  });

  test('pages through all payments, the latest first, without gap or repetition', async () => {
    const made: string[] = [];
    for (let i = 0; i < 5; i++) made.push((await app.paid()).id);
    const seen: string[] = [];
    let cursor = '';
    do {
      const url = `/v1/payments?limit=2&status=CAPTURED${cursor && `&cursor=${cursor}`}`;
      const { body } = await app.call('GET', url, { token: app.admin });
      seen.push(...body.payments.map(({ id }: { id: string }) => id));
      cursor = body.metadata.nextCursor ?? '';
    } while (cursor);
    expect(seen.slice(0, 5)).toEqual(made.reverse());
    expect(new Set(seen).size).toBe(seen.length);
  });
});

test('the OpenAPI document names the header of refunds, once and as needed', async () => {
  const { body } = await app.call('GET', '/v1/swagger/spec');
  const { parameters } = body.paths['/v1/payments/{id}/refunds'].post;
  expect(parameters.filter((parameter: { in: string }) => parameter.in === 'header')).toEqual([
    expect.objectContaining({ name: 'Idempotency-Key', required: true }),
  ]);
});
