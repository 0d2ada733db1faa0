import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import type { PaymentProvider } from '../src/use-cases/ports.js';
import { type PaymentApp, paymentApp } from './payment-app.js';

let app: PaymentApp;
afterEach(() => app.stop());

const nobody = async (): Promise<never> => {
  throw new Error('not asked in these tests');
};
const refunding = (refund: PaymentProvider['refund']) => ({
  provider: { authorize: nobody, capture: nobody, void: nobody, query: nobody, refund },
});

/** Stops the service with a refund under way. */
async function stopWhileRefunding(): Promise<string> {
  const { id, orderId } = await app.paid();
  const { status } = await app.call('POST', `/v1/payments/${id}/refunds`, {
    token: app.admin,
    body: { amount: 100 },
    headers: { 'idempotency-key': randomUUID() },
  });
  expect(status).toBe(201);
  await app.service.stop();
  return orderId;
}

test('a call that is answered in time is settled before the service is gone', async () => {
  const slow = refunding(async () => {
    await sleep(50);
    return { result: 'done', providerRef: 'ref' };
  });
  app = await paymentApp({}, slow);
  const orderId = await stopWhileRefunding();
  expect(await app.seen.steps(orderId)).toEqual(['authorize: DONE', 'capture: DONE', 'refund: DONE']);
});

test('a call that takes longer holds up no stop: it is left to its lease', async () => {
  const hanging = refunding(() => new Promise(() => {}));
  app = await paymentApp({ SHUTDOWN_GRACE_SECONDS: '1' }, hanging);
  const orderId = await stopWhileRefunding();
  expect(await app.seen.steps(orderId)).toEqual(['authorize: DONE', 'capture: DONE', 'refund: PENDING']);

  await app.seen.passTime(orderId, 31);
  await app.process.execute();
  expect(await app.seen.book(orderId)).toEqual(['authorize done 100', 'capture done 100', 'refund done 100']);
});
