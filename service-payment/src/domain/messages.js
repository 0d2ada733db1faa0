export const authorized = (p) => ({
  type: 'PaymentAuthorized',
  payload: { amount: p.amount, currency: p.currency },
});
export const declined = (_, { reason }) => ({
  type: 'PaymentDeclined',
  payload: { reason },
});
export const expired = () => ({ type: 'PaymentDeclined', payload: { reason: 'EXPIRED' } });
export const captured = (p) => ({
  type: 'PaymentCaptured',
  payload: { amount: p.amount, currency: p.currency },
});
export const captureFailed = (_, { reason }) => ({
  type: 'PaymentCaptureFailed',
  payload: { reason },
});
/** `net` is what the payer has paid in the end; it is said only when that is nothing. */
export const cancelled = (how) => ({
  type: 'PaymentCancelled',
  payload: { how, net: 0 },
});
export const refunded = (p, { operation }) => ({
  type: 'PaymentRefunded',
  payload: { refundId: operation.id, amount: operation.amount, currency: p.currency },
});
export const refundFailed = (_, { operation, reason }) => ({
  type: 'PaymentRefundFailed',
  payload: { refundId: operation.id, amount: operation.amount, reason },
});
//# sourceMappingURL=messages.js.map
