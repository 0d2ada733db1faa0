import type {
  Answer,
  Answered,
  Goal,
  Kind,
  Operation,
  OperationStatus,
  Payment,
  Status,
} from '../../src/domain/model.js';

export const now = new Date('2026-01-01T12:00:00Z');
export const secondsAgo = (seconds: number): Date => new Date(now.getTime() - seconds * 1000);

export const payment = (status: Status, goal: Goal, more: Partial<Payment> = {}): Payment => ({
  id: 'payment-1',
  orderId: 'order-1',
  userId: 'user-1',
  amount: 100,
  currency: 'EUR',
  method: 'pm_card_visa',
  expiresAt: secondsAgo(-900),
  goal,
  status,
  captured: status === 'CAPTURED' || status === 'REFUNDED' ? 100 : 0,
  refunded: status === 'REFUNDED' ? 100 : 0,
  refunding: 0,
  version: 0,
  ...more,
});

export const operation = (kind: Kind, status: OperationStatus, more: Partial<Operation> = {}): Operation => ({
  id: `${kind}-1`,
  kind,
  amount: 100,
  status,
  attempts: 1,
  requestedBy: null,
  calledAt: secondsAgo(5),
  createdAt: secondsAgo(5),
  ...more,
});

export const answered = (operationId: string, answer: Answer): Answered => ({
  type: 'Answered',
  operationId,
  answer,
  at: now,
});
export const done: Answer = { result: 'done', providerRef: 'ref' };
export const refused = (reason: string): Answer => ({ result: 'refused', reason });
export const absent: Answer = { result: 'absent' };
export const unknown: Answer = { result: 'unknown', reason: 'TIME_OUT' };

export const requested = {
  type: 'OrderPaymentRequested',
  paymentId: 'payment-1',
  orderId: 'order-1',
  userId: 'user-1',
  amount: 100,
  currency: 'EUR',
  method: 'pm_card_visa',
  expiresAt: secondsAgo(-900),
} as const;
export const confirmed = { type: 'OrderConfirmed' } as const;
export const cancelling = {
  type: 'OrderCancelling',
  paymentId: 'payment-1',
  orderId: 'order-1',
  userId: 'user-1',
} as const;
export const refundBy = (amount: number) => ({ type: 'RefundRequested', amount, by: 'admin-1' }) as const;
