import type { Loaded } from '../../../../service-payment/src/domain/fold.js';
import type { Payment } from '../../../../service-payment/src/domain/model.js';
import { isOpen } from '../../../../service-payment/src/domain/operations.js';
import { type Rules, realRules } from '../rules.js';
import { orderId, userId } from '../world.js';
import type { Mutation } from './mutation.js';

const payment = (
  name: string,
  left: Mutation['left'],
  harm: RegExp,
  mistake: Rules['payment'],
): Mutation => ({
  name,
  left,
  harm,
  rules: { payment: mistake },
});

export const ofPayments: Mutation[] = [
  payment(
    'takes a time-out for a refusal',
    {},
    /has done the authorize, which is FAILED here/,
    (loaded, causes, newId) =>
      realRules.payment(
        loaded,
        causes.map(({ trigger, ...cause }) => ({
          ...cause,
          trigger:
            trigger.type === 'Answered' && trigger.answer.result === 'unknown'
              ? { ...trigger, answer: { result: 'refused', reason: 'TIME_OUT' } }
              : trigger,
        })),
        newId,
      ),
  ),
  payment(
    'voids while a capture is open',
    { cancel: 1 },
    /is stuck in CANCELLING/,
    (loaded, causes, newId) => {
      if (!cancels(causes)) return realRules.payment(loaded, causes, newId);
      const operations = loaded.operations.filter((operation) => !isOpen(operation));
      return realRules.payment({ ...loaded, operations }, causes, newId);
    },
  ),
  payment(
    'does not wait for an admin’s refund with the last one',
    { cancel: 1, refund: 1 },
    /more is refunded than was captured/,
    (loaded, causes, newId) => {
      if (!cancels(causes)) return realRules.payment(loaded, causes, newId);
      const change = realRules.payment(pretending(loaded, { refunding: 0 }), causes, newId);
      const before = loaded.payment?.refunding ?? 0;
      return (
        change && { ...change, payment: { ...change.payment, refunding: change.payment.refunding + before } }
      );
    },
  ),
  payment(
    'leaves a late success as it is',
    { cancel: 1 },
    /money is still authorised for it/,
    (loaded, causes, newId) => {
      const change = realRules.payment(loaded, causes, newId);
      return change?.alerts.includes('late_success') ? { ...change, added: [] } : change;
    },
  ),
  payment(
    'answers a cancellation each time it comes',
    { cancel: 1, rewind: 1 },
    /more PaymentCancelled than were asked for/,
    (loaded, causes, newId) =>
      realRules.payment(cancels(causes) ? pretending(loaded, { goal: 'CAPTURE' }) : loaded, causes, newId),
  ),
  payment(
    'leaves no tombstone that would stop a late request',
    { cancel: 1, overtake: 1 },
    /is CANCELLED, yet its payment is NEW/,
    (loaded, causes, newId) => {
      const asked = causes.some(({ trigger }) => trigger.type === 'OrderPaymentRequested');
      const change = realRules.payment(asked ? { ...loaded, payment: undefined } : loaded, causes, newId);
      if (!asked || !change) return change;
      return { ...change, payment: { ...change.payment, version: loaded.payment?.version ?? 0 } };
    },
  ),
  payment(
    'takes a confirmation that comes too early for a cancellation',
    {},
    /more PaymentCancelled than were asked for/,
    (loaded, causes, newId) => {
      const early = causes.map(({ trigger, ...cause }) => ({
        ...cause,
        trigger:
          trigger.type === 'OrderConfirmed' && !loaded.payment
            ? { type: 'OrderCancelling' as const, paymentId: newId(), orderId: orderId(1), userId: userId(9) }
            : trigger,
      }));
      return realRules.payment(loaded, early, newId);
    },
  ),
  payment(
    'does not post a refund',
    { refund: 1 },
    /the ledger says something else than the payment/,
    (loaded, causes, newId) => {
      const change = realRules.payment(loaded, causes, newId);
      return change && { ...change, posted: change.posted.filter(({ kind }) => kind !== 'refund') };
    },
  ),
  {
    name: 'never repeats a call that was lost',
    left: {},
    harm: /never comes to rest/,
    rules: { mayCallAgain: () => false },
  },
];

const cancels = (causes: Parameters<Rules['payment']>[1]) =>
  causes.some(({ trigger }) => trigger.type === 'OrderCancelling');

/** As if the payment had been another; what comes of it is the real rule's. */
const pretending = (loaded: Loaded, change: Partial<Payment>): Loaded => ({
  ...loaded,
  payment: loaded.payment && { ...loaded.payment, ...change },
});
