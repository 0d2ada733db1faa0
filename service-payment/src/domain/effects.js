import { cancelled, captured } from './messages.js';
import { failedRefunds, refund } from './next.js';

const become = (payment, ...messages) => ({
  payment,
  messages,
  add: [],
  next: true,
});
const stay = (payment, ...add) => ({
  payment,
  messages: [],
  add,
  next: false,
});
export const request = (_, t) =>
  become({
    id: t.paymentId,
    orderId: t.orderId,
    userId: t.userId,
    amount: t.amount,
    currency: t.currency,
    method: t.method,
    expiresAt: t.expiresAt,
    goal: 'AUTHORIZE',
    status: 'NEW',
    captured: 0,
    refunded: 0,
    refunding: 0,
    version: 0,
  });
export const tombstone = (_, t) =>
  become({
    id: t.paymentId,
    orderId: t.orderId,
    userId: t.userId,
    amount: null,
    currency: null,
    method: null,
    expiresAt: null,
    goal: 'CANCEL',
    status: 'CANCELLED',
    captured: 0,
    refunded: 0,
    refunding: 0,
    version: 0,
  });
export const to = (status, say) => (p, reply) => become({ ...p, status }, ...(say ? [say(p, reply)] : []));
export const same = (say) => (p, reply) => become(p, ...(say ? [say(p, reply)] : []));
export const want = (goal) => (p) => become({ ...p, goal });
export const noted = (p) => stay(p);
export const nothingThere = () => ({ payment: undefined, messages: [], add: [], next: false });
export const paid = (p) => become({ ...p, status: 'CAPTURED', captured: p.amount }, captured(p));
/** The money moved without our knowing: the capture is entered as done, so that the ledger has it. */
export const paidAfterAll = (p) => ({ ...paid(p), add: [captureDone(p)] });
export const askRefund = (p, t) =>
  stay(p, { kind: 'refund', amount: t.amount, status: 'PENDING', requestedBy: t.by });
export const paidBack = (say) => (p, reply) =>
  become(settleRefund(p, reply, reply.operation.amount), ...(say ? [say(p, reply)] : []));
export const refundRefused = (say) => (p, reply) => ({
  ...become(settleRefund(p, reply, 0), say(p, reply)),
  alert: refundAlert(p, reply),
});
/** The order left before the payment was refused or expired: it still gets its one answer. */
export const answer = (p) => ({
  ...stay({ ...p, goal: 'CANCEL' }),
  messages: [cancelled(howItEnded(p))],
});
export const undoAuthorisation = (p) => ({
  ...stay(p, { kind: 'void', amount: p.amount, status: 'PENDING', requestedBy: null }),
  alert: 'late_success',
});
export const undoCapture = (p, { operations }) => ({
  ...stay({ ...p, captured: p.amount }, refund(p.amount, operations)),
  alert: 'late_success',
});
export const undoUnknownCapture = (p, reply) => {
  const undone = undoCapture(p, reply);
  return { ...undone, add: [captureDone(p), ...undone.add] };
};
export const latePaidBack = (p, reply) => stay(settleRefund(p, reply, reply.operation.amount));
export const lateRefundRefused = (p, reply) => ({
  ...stay(settleRefund(p, reply, 0), refund(reply.operation.amount, reply.operations)),
  alert: refundAlert({ ...p, goal: 'CANCEL' }, reply),
});
const captureDone = (p) => ({
  kind: 'capture',
  amount: p.amount,
  status: 'DONE',
  requestedBy: null,
});
const settleRefund = (p, { operation }, refunded) => ({
  ...p,
  refunding: p.refunding - operation.amount,
  refunded: p.refunded + refunded,
});
const refundAlert = (p, { operations }) =>
  p.goal === 'CANCEL' && failedRefunds(operations) >= 5 ? 'refund_keeps_failing' : undefined;
function howItEnded(p) {
  if (p.status === 'VOIDED') return 'voided';
  return p.status === 'REFUNDED' ? 'refunded' : 'none';
}
//# sourceMappingURL=effects.js.map
