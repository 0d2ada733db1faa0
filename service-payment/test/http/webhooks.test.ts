import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sign } from '../../src/providers/sandbox/webhook-signature.js';
import { type PaymentApp, paymentApp, webhookSecret, wrongFields } from '../payment-app.js';
import { order, paymentProcess } from '../payment-process.js';

let app: PaymentApp;
beforeAll(async () => {
  app = await paymentApp();
});
afterAll(() => app.stop());

const now = () => Math.floor(Date.now() / 1000);

function send(event: object, signature?: (body: Buffer) => string) {
  const body = JSON.stringify(event);
  const signed = signature ?? ((bytes: Buffer) => sign(bytes, webhookSecret, now()));
  return app.call('POST', '/v1/webhooks/sandbox', {
    body,
    headers: { 'content-type': 'application/json', 'sandbox-signature': signed(Buffer.from(body)) },
  });
}

/** An operation whose outcome is not known, and which is not due for a while. */
async function unknownOperation() {
  const o = order({ method: 'pm_card_timeout' });
  await paymentProcess(app.databases, { timeoutSeconds: 0.3 }).handle(o.requested());
  const { id } = await app.seen.operation(o.id);
  await app.seen.passTime(o.id, -300);
  return { o, id };
}

describe('a webhook is refused', () => {
  const event = { id: randomUUID(), key: randomUUID() };

  test.each<[string, (body: Buffer) => string]>([
    ['without a signature', () => ''],
    ['with another secret', (body) => sign(body, 'another secret', now())],
    ['of another body', () => sign(Buffer.from('{}'), webhookSecret, now())],
    ['signed six minutes ago', (body) => sign(body, webhookSecret, now() - 360)],
    [
      'whose time was changed',
      (body) => sign(body, webhookSecret, now() - 360).replace(/t=\d+/, `t=${now()}`),
    ],
  ])('%s', async (_, signature) => {
    const { status, body } = await send(event, signature);
    expect([status, body.code]).toEqual([401, 'INVALID_SIGNATURE']);
  });

  test.each([
    [[], ['body ']],
    [{}, ['body /id', 'body /key']],
    [{ id: 1, key: randomUUID() }, ['body /id']],
    [{ id: randomUUID(), key: 'x' }, ['body /key']],
  ])('signed and malformed, and the provider learns where: %j', async (event, fields) => {
    const { status, body } = await send(event);
    expect([status, body.code, wrongFields(body)]).toEqual([400, 'INVALID_REQUEST', fields]);
    const { rows } = await app.databases.admin.query({ text: 'SELECT FROM payment.webhook' });
    expect(rows).toHaveLength(0);
  });

  test('unsigned and malformed, and a forger learns nothing', async () => {
    const { status, body } = await send({ id: 1 }, () => '');
    expect([status, wrongFields(body)]).toEqual([401, []]);
  });

  test('when no secret is configured: there is no such path', async () => {
    const closed = await paymentApp({ SANDBOX_WEBHOOK_SECRET: '' });
    expect((await closed.call('POST', '/v1/webhooks/sandbox', { body: {} })).status).toBe(404);
    await closed.stop();
  });
});

test('a webhook makes its operation due; the outcome comes from the query', async () => {
  const { o, id } = await unknownOperation();
  await app.process.execute();
  expect(await app.seen.said(o.id)).toEqual([]);
  expect(await send({ id: randomUUID(), key: id, type: 'declined' })).toMatchObject({ status: 204 });
  await app.process.execute();
  expect(await app.seen.said(o.id)).toEqual(['PaymentAuthorized']);
});

test('a webhook that comes twice, or about nothing we know, or too late, changes nothing', async () => {
  const { o, id } = await unknownOperation();
  const event = { id: randomUUID(), key: id };
  await send(event);
  await app.process.execute();
  const settled = await app.seen.operation(o.id);
  for (const again of [event, { ...event, id: randomUUID() }, { id: randomUUID(), key: randomUUID() }]) {
    expect((await send(again)).status).toBe(204);
  }
  expect(await app.seen.operation(o.id)).toEqual(settled);
  expect(settled.next_attempt_at).toBeNull();
});
