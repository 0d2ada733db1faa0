import { backoffSeconds, isOpen, isPartialRefund } from './operations.js';
export function next(payment, operations) {
  if (operations.some((operation) => isOpen(operation) && !isPartialRefund(operation))) return undefined;
  switch (payment.goal) {
    case 'AUTHORIZE':
      return payment.status === 'NEW' ? once('authorize', payment, operations) : undefined;
    case 'CAPTURE':
      return payment.status === 'AUTHORIZED' ? once('capture', payment, operations) : undefined;
    case 'CANCEL':
      return cancel(payment, operations);
  }
}
function cancel(payment, operations) {
  switch (payment.status) {
    case 'NEW':
      return { close: 'CANCELLED', how: 'none' };
    case 'AUTHORIZED':
      return once('void', payment, operations);
    case 'CAPTURED':
      return refundTheRest(payment, operations);
    case 'DECLINED':
    case 'CANCELLED':
      return { close: payment.status, how: 'none' };
    case 'VOIDED':
      return { close: 'VOIDED', how: 'voided' };
    case 'REFUNDED':
      return { close: 'REFUNDED', how: 'refunded' };
  }
}
/** There is one authorize, one capture and one void a payment, ever: what failed is not tried under a new key. */
function once(kind, payment, operations) {
  if (operations.some((operation) => operation.kind === kind)) return undefined;
  return { add: { kind, amount: payment.amount ?? 0, status: 'PENDING', requestedBy: null } };
}
function refundTheRest(payment, operations) {
  if (payment.refunding > 0) return undefined;
  const rest = payment.captured - payment.refunded;
  return rest === 0 ? { close: 'REFUNDED', how: 'refunded' } : { add: refund(rest, operations) };
}
/** The provider remembers a refusal by its key, so a refund is repeated as a new operation, and not at once. */
export function refund(amount, operations) {
  const failed = failedRefunds(operations);
  const after = failed > 0 ? backoffSeconds(failed) : undefined;
  return { kind: 'refund', amount, status: 'PENDING', requestedBy: null, after };
}
export const failedRefunds = (operations) =>
  operations.filter((operation) => operation.kind === 'refund' && operation.status === 'FAILED').length;
//# sourceMappingURL=next.js.map
