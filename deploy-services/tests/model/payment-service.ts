import type { EventOf, orderEvents } from '@msa-event-market/shared-sdk/events';
import type { Cause } from '../../../service-payment/src/domain/fold.js';
import type { Answer, Trigger } from '../../../service-payment/src/domain/model.js';
import type { Rules } from './rules.js';
import {
  type Account,
  announce,
  NotYetVisible,
  operationIdOf,
  paymentIdOf,
  put,
  secondsOf,
  timeOf,
  Violation,
  type World,
} from './world.js';

type OrderEvent = Extract<
  EventOf<typeof orderEvents>,
  { type: 'OrderPaymentRequested' | 'OrderConfirmed' | 'OrderCancelling' }
>;

/** One transaction on one payment. `now` is when: a small world has no use for the age of operations. */
export function settle(
  world: World,
  rules: Rules,
  orderId: string,
  triggers: readonly Trigger[],
  now: number,
): World {
  const account: Account | undefined = world.accounts[orderId];
  const operations = [...(account?.operations ?? [])];
  let n = operations.length;
  const causes = triggers.map((trigger): Cause => ({ trigger, traceparent: null }));
  const loaded = { payment: account?.payment, operations, now: timeOf(now) };
  const change = rules.payment(loaded, causes, () => operationIdOf(orderId, ++n));
  if (!change || change.rows.includes(28)) throw new NotYetVisible();

  let { calls } = world;
  const settled = new Map(change.settled.map((settlement) => [settlement.id, settlement]));
  const next: Account['operations'][number][] = operations.map((operation) => {
    const settlement = settled.get(operation.id);
    if (!settlement) return operation;
    if (settlement.was !== operation.status)
      throw new Violation('an operation was settled under a wrong status');
    return { ...operation, status: settlement.status, due: settlement.dueIn !== null };
  });
  for (const { after, traceparent: _, ...operation } of change.added) {
    next.push({ ...operation, due: operation.status === 'PENDING' });
    const calledAtOnce = operation.status === 'PENDING' && after === undefined;
    calls = put(calls, operation.id, { asked: calledAtOnce, absent: false });
  }
  const ledger = [
    ...(account?.ledger ?? []),
    ...change.posted.map(({ id, kind, amount }) => ({
      operationId: id,
      kind: kind as 'capture' | 'refund',
      amount,
    })),
  ];
  const events = change.messages.map(({ type, version, payload }) => ({
    topic: 'payment',
    key: orderId,
    type,
    version,
    payload: { orderId, paymentId: change.payment.id, ...payload },
  }));
  return {
    ...world,
    accounts: put(world.accounts, orderId, { payment: change.payment, operations: next, ledger }),
    calls,
    log: announce(world.log, events),
  };
}

/** One transaction of the consumer payment.orders. */
export function pay(world: World, rules: Rules, messages: readonly OrderEvent[], now: number): World {
  const byOrder = new Map<string, Trigger[]>();
  for (const message of messages) {
    if (message.type === 'OrderCancelling' && !message.payload.compensate.includes('payment')) continue;
    byOrder.set(message.key, [...(byOrder.get(message.key) ?? []), triggerOf(message)]);
  }
  return [...byOrder].reduce((w, [orderId, triggers]) => settle(w, rules, orderId, triggers, now), world);
}

function triggerOf({ type, key, payload }: OrderEvent): Trigger {
  const paymentId = paymentIdOf(key);
  switch (type) {
    case 'OrderPaymentRequested':
      return { type, paymentId, ...payload, expiresAt: timeOf(secondsOf(payload.expiresAt)) };
    case 'OrderConfirmed':
      return { type };
    case 'OrderCancelling':
      return { type, paymentId, orderId: payload.orderId, userId: payload.userId };
  }
}

export const answered = (operationId: string, answer: Answer, at: number): Trigger => ({
  type: 'Answered',
  operationId,
  answer,
  at: timeOf(at),
});
