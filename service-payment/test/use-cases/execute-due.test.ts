import { uuidv7 } from '@msa-event-market/shared-sdk/db';
import { registry } from '@msa-event-market/shared-sdk/metrics';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

const alerts = async (name: string) => (await registry.getSingleMetric(name)?.get())?.values[0]?.value ?? 0;

test('a call that timed out is asked about, not repeated', async () => {
  const o = order({ method: 'pm_card_timeout' });
  const impatient = paymentProcess(databases, { timeoutSeconds: 0.3 });
  await impatient.handle(o.requested());
  expect(await seen.operation(o.id)).toMatchObject({ status: 'UNKNOWN', reason: 'TIME_OUT', attempts: 1 });
  expect(await seen.book(o.id)).toEqual(['authorize done 100']);
  expect(await seen.said(o.id)).toEqual([]);

  await seen.passTime(o.id);
  await process.execute();
  expect(await seen.said(o.id)).toEqual(['PaymentAuthorized']);

  await impatient.handle(o.confirmed());
  await seen.passTime(o.id);
  await process.execute();
  expect(await seen.payment(o.id)).toMatchObject({ status: 'CAPTURED' });
  expect(await seen.book(o.id)).toEqual(['authorize done 100', 'capture done 100']);
});

test('a call that was lost on the way is repeated under the same key', async () => {
  const o = order({ method: 'pm_card_lost' });
  await process.handle(o.requested());
  const [lost] = await seen.operations(o.id);
  expect(lost).toMatchObject({ status: 'UNKNOWN', reason: 'NO_ANSWER' });
  expect(await seen.book(o.id)).toEqual([]);

  await seen.passTime(o.id);
  await process.execute();
  const [found] = await seen.operations(o.id);
  expect(found).toMatchObject({ id: lost?.id, status: 'DONE', attempts: 2 });
  expect(await seen.book(o.id)).toEqual(['authorize done 100']);
});

test('nothing is due before its time', async () => {
  const o = order({ method: 'pm_card_lost' });
  await process.handle(o.requested());
  await seen.passTime(o.id, -300); // its own pause is a second, and the machine may be slow
  await process.execute();
  expect((await seen.operations(o.id))[0]?.attempts).toBe(1);
});

test('an authorisation that the provider never heard of is given up at the deadline', async () => {
  const o = order({ method: 'pm_card_lost' });
  await process.handle(o.requested());
  await seen.expire(o.id);
  await seen.passTime(o.id);
  await process.execute();
  expect(await seen.steps(o.id)).toEqual(['authorize: ABANDONED']);
  expect(await seen.messages(o.id)).toMatchObject([
    { type: 'PaymentDeclined', payload: { reason: 'EXPIRED' } },
  ]);
  expect(await seen.book(o.id)).toEqual([]);

  await process.handle(o.cancelling());
  expect((await seen.said(o.id)).at(-1)).toBe('PaymentCancelled');
});

describe('after a cancellation, an authorisation that the provider never heard of', () => {
  /** And the call that was thought lost, as the provider gets it with that card. */
  async function givenUp(method: string) {
    const o = order({ method: 'pm_card_lost' });
    await process.handle(o.requested());
    await process.handle(o.cancelling());
    await seen.passTime(o.id, 61);
    await process.execute();
    const { id } = await seen.operation(o.id);
    return { o, call: { key: id, orderId: o.id, method, amount: 100, currency: 'EUR' } };
  }

  test('is not called again, and given up after a minute of silence', async () => {
    const o = order({ method: 'pm_card_lost' });
    await process.handle(o.requested());
    await process.handle(o.cancelling());
    await seen.passTime(o.id, 30);
    await process.execute();
    expect(await seen.steps(o.id)).toEqual(['authorize: UNKNOWN']);

    await seen.passTime(o.id, 31);
    await process.execute();
    expect(await seen.steps(o.id)).toEqual(['authorize: ABANDONED']);
    expect(await seen.messages(o.id)).toMatchObject([{ type: 'PaymentCancelled', payload: { how: 'none' } }]);
    expect(await seen.book(o.id)).toEqual([]);
  });

  test('is known as refused when it arrives after all and is declined, as in the book of the provider', async () => {
    const { o, call } = await givenUp('pm_card_declined');
    await process.provider.authorize(call, AbortSignal.timeout(1_000));

    await seen.passTime(o.id);
    await process.execute();
    expect(await seen.steps(o.id)).toEqual(['authorize: FAILED']);
    expect(await seen.book(o.id)).toEqual(['authorize refused 100']);
    expect(await seen.said(o.id)).toEqual(['PaymentCancelled']);
    expect(await seen.payment(o.id)).toMatchObject({ status: 'CANCELLED' });
  });

  test('is voided in silence when it arrives after all', async () => {
    const { o, call } = await givenUp('pm_card_lost');
    const before = await alerts('late_success_total');
    await process.provider.authorize(call, AbortSignal.timeout(1_000)); // the packet that was thought lost

    await seen.passTime(o.id);
    await process.execute(); // learns of it; the void under way is lost the first time, as the method has it
    await seen.passTime(o.id);
    await process.execute();
    expect(await seen.steps(o.id)).toEqual(['authorize: DONE', 'void: DONE']);
    expect(await seen.book(o.id)).toEqual(['authorize done 100', 'void done 100']);
    expect(await seen.said(o.id)).toEqual(['PaymentCancelled']);
    expect(await alerts('late_success_total')).toBe(before + 1);
    expect(await seen.payment(o.id)).toMatchObject({ status: 'CANCELLED' });
  });
});

test('a refused capture that succeeded after all is refunded in silence, and counted', async () => {
  const o = order({ method: 'pm_card_capture_fails' });
  await process.handle(o.requested());
  await process.handle(o.confirmed());
  await process.handle(o.cancelling());
  const told = ['PaymentAuthorized', 'PaymentCaptureFailed', 'PaymentCancelled'];
  expect(await seen.said(o.id)).toEqual(told);

  const done = async () => ({ result: 'done', providerRef: 'ref' }) as const;
  const repentant = paymentProcess(databases, {
    provider: { ...process.provider, query: done, refund: done },
  });
  const capture = (await seen.operations(o.id)).find(({ kind }) => kind === 'capture');
  const before = await alerts('late_success_total');
  const webhook = { provider: 'sandbox', eventId: uuidv7(), operationId: capture?.id as string };
  await repentant.payments.nudge(webhook);
  await repentant.execute();
  expect(await seen.steps(o.id)).toEqual(['authorize: DONE', 'capture: DONE', 'void: DONE', 'refund: DONE']);
  expect(await seen.payment(o.id)).toMatchObject({ status: 'VOIDED', captured: 100, refunded: 100 });
  expect(await seen.ledger(o.id)).toHaveLength(2);
  expect(await seen.said(o.id)).toEqual(told);
  expect(await alerts('late_success_total')).toBe(before + 1);
});

test('a final refund that is refused is repeated after a pause under a new key, for as long as it takes', async () => {
  const o = order({ method: 'pm_card_refund_fails' });
  const before = await alerts('refund_alert_total');
  await process.handle(o.requested());
  await process.handle(o.confirmed());
  await process.handle(o.cancelling());
  expect(await seen.steps(o.id)).toEqual([
    'authorize: DONE',
    'capture: DONE',
    'refund: FAILED',
    'refund: PENDING',
  ]);
  for (let i = 0; i < 5; i++) {
    await seen.passTime(o.id);
    await process.execute();
  }
  expect(await seen.payment(o.id)).toMatchObject({ status: 'CAPTURED', goal: 'CANCEL', refunding: 100 });
  const refunds = (await seen.operations(o.id)).filter(({ kind }) => kind === 'refund');
  expect(refunds.map(({ status }) => status)).toEqual([...Array(6).fill('FAILED'), 'PENDING']);
  expect((await seen.said(o.id)).filter((type) => type === 'PaymentRefundFailed')).toHaveLength(6);
  expect(await alerts('refund_alert_total')).toBe(before + 2); // the fifth and the sixth
});

test('two executors never take the same operation', async () => {
  const orders = Array.from({ length: 60 }, () => order());
  const dead = paymentProcess(databases, { dies: 'before B' });
  await dead.deliver(...orders.map((o) => o.requested()));
  for (const o of orders) await seen.passTime(o.id, 31);
  const [a, b] = [paymentProcess(databases), paymentProcess(databases)];
  const taken = await Promise.all([a.payments.takeDue(40), b.payments.takeDue(40), a.payments.takeDue(40)]);
  const ours = new Set(orders.map(({ id }) => id)); // others in these databases become due, too
  const keys = taken.flatMap((some) => some.filter(({ orderId }) => ours.has(orderId))).map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys.length).toBe(60);
});
