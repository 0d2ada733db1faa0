import { cancelled, captured, type How } from './messages.js';
import type {
  Agreed,
  Alert,
  NewOperation,
  Operation,
  OrderTriggers,
  Payment,
  PaymentMessage,
  Status,
} from './model.js';
import { finalRefundsRefused, refund } from './next.js';

/** What a row of the table does. The words of its last column; `next` then adds what the goal asks for. */
export interface Effect {
  payment: Payment | undefined;
  messages: PaymentMessage[];
  add: NewOperation[];
  /** Whether `next` is asked. A final payment that has answered must not be asked again. */
  next: boolean;
  alert?: Alert;
}

/** The provider's answer in its place: the operation as it was, all operations as they are now. */
export interface Reply {
  operation: Operation;
  operations: readonly Operation[];
  reason: string;
  at: Date;
}

type Say = (p: Agreed, reply: Reply) => PaymentMessage;
type ReplyEffect = (p: Agreed, reply: Reply) => Effect;

const become = (payment: Payment, ...messages: PaymentMessage[]): Effect => ({
  payment,
  messages,
  add: [],
  next: true,
});
const stay = (payment: Payment, ...add: NewOperation[]): Effect => ({
  payment,
  messages: [],
  add,
  next: false,
});

export const request = (_: unknown, t: OrderTriggers['OrderPaymentRequested']): Effect =>
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

export const tombstone = (_: unknown, t: OrderTriggers['OrderCancelling']): Effect =>
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

export const to =
  (status: Status, say?: Say): ReplyEffect =>
  (p, reply) =>
    become({ ...p, status }, ...(say ? [say(p, reply)] : []));

export const same =
  (say?: Say): ReplyEffect =>
  (p, reply) =>
    become(p, ...(say ? [say(p, reply)] : []));

export const want =
  (goal: 'CAPTURE' | 'CANCEL') =>
  (p: Payment): Effect =>
    become({ ...p, goal });

export const noted = (p: Payment): Effect => stay(p);
export const nothingThere = (): Effect => ({ payment: undefined, messages: [], add: [], next: false });

export const paid = (p: Agreed): Effect =>
  become({ ...p, status: 'CAPTURED', captured: p.amount }, captured(p));

/** The money moved without our knowing: the capture is entered as done, so that the ledger has it. */
export const paidAfterAll = (p: Agreed): Effect => ({ ...paid(p), add: [captureDone(p)] });

export const askRefund = (p: Payment, t: OrderTriggers['RefundRequested']): Effect =>
  stay(p, { kind: 'refund', amount: t.amount, status: 'PENDING', requestedBy: t.by });

export const paidBack =
  (say?: Say): ReplyEffect =>
  (p, reply) =>
    become(settleRefund(p, reply, reply.operation.amount), ...(say ? [say(p, reply)] : []));

export const refundRefused =
  (say: Say): ReplyEffect =>
  (p, reply) => ({ ...become(settleRefund(p, reply, 0), say(p, reply)), alert: refundAlert(p, reply) });

/** The order left before the payment was refused or expired: it still gets its one answer. */
export const answer = (p: Payment): Effect => ({
  ...stay({ ...p, goal: 'CANCEL' }),
  messages: [cancelled(howItEnded(p))],
});

export const undoAuthorisation = (p: Agreed): Effect => ({
  ...stay(p, { kind: 'void', amount: p.amount, status: 'PENDING', requestedBy: null }),
  alert: 'late_success',
});

export const undoCapture: ReplyEffect = (p, { operations }) => ({
  ...stay({ ...p, captured: p.amount }, refund(p.amount, operations)),
  alert: 'late_success',
});

export const undoUnknownCapture: ReplyEffect = (p, reply) => {
  const undone = undoCapture(p, reply);
  return { ...undone, add: [captureDone(p), ...undone.add] };
};

export const latePaidBack: ReplyEffect = (p, reply) => stay(settleRefund(p, reply, reply.operation.amount));

export const lateRefundRefused: ReplyEffect = (p, reply) => ({
  ...stay(settleRefund(p, reply, 0), refund(reply.operation.amount, reply.operations)),
  alert: refundAlert({ ...p, goal: 'CANCEL' }, reply),
});

const captureDone = (p: Agreed): NewOperation => ({
  kind: 'capture',
  amount: p.amount,
  status: 'DONE',
  requestedBy: null,
});

const settleRefund = (p: Agreed, { operation }: Reply, refunded: number): Payment => ({
  ...p,
  refunding: p.refunding - operation.amount,
  refunded: p.refunded + refunded,
});

const refundAlert = (p: Payment, { operations }: Reply): Alert | undefined =>
  p.goal === 'CANCEL' && finalRefundsRefused(operations) >= 5 ? 'refund_keeps_failing' : undefined;

function howItEnded(p: Payment): How {
  if (p.status === 'VOIDED') return 'voided';
  return p.status === 'REFUNDED' ? 'refunded' : 'none';
}
