import type { Agreed, Operation, PaymentMessage } from './model.js';

interface Refused {
  operation: Operation;
  reason: string;
}

export const authorized = (p: Agreed): PaymentMessage => ({
  type: 'PaymentAuthorized',
  payload: { amount: p.amount, currency: p.currency },
});

export const declined = (_: Agreed, { reason }: Refused): PaymentMessage => ({
  type: 'PaymentDeclined',
  payload: { reason },
});

export const expired = (): PaymentMessage => ({ type: 'PaymentDeclined', payload: { reason: 'EXPIRED' } });

export const captured = (p: Agreed): PaymentMessage => ({
  type: 'PaymentCaptured',
  payload: { amount: p.amount, currency: p.currency },
});

export const captureFailed = (_: Agreed, { reason }: Refused): PaymentMessage => ({
  type: 'PaymentCaptureFailed',
  payload: { reason },
});

export type How = 'none' | 'voided' | 'refunded';

/** `net` is what the payer has paid in the end; it is said only when that is nothing. */
export const cancelled = (how: How): PaymentMessage => ({
  type: 'PaymentCancelled',
  payload: { how, net: 0 },
});

export const refunded = (p: Agreed, { operation }: Refused): PaymentMessage => ({
  type: 'PaymentRefunded',
  payload: { refundId: operation.id, amount: operation.amount, currency: p.currency },
});

export const refundFailed = (_: Agreed, { operation, reason }: Refused): PaymentMessage => ({
  type: 'PaymentRefundFailed',
  payload: { refundId: operation.id, amount: operation.amount, reason },
});
