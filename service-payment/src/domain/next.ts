import type { Kind, NewOperation, Operation, Payment, Status } from './model.js';
import { backoffSeconds, isOpen, isPartialRefund } from './operations.js';

/** What the goal asks for now: an operation, or the end with its answer to the order, or nothing yet. */
export type Next = { add: NewOperation } | { close: Status; how: 'none' | 'voided' | 'refunded' } | undefined;

export function next(payment: Payment, operations: readonly Operation[]): Next {
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

function cancel(payment: Payment, operations: readonly Operation[]): Next {
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
function once(kind: Kind, payment: Payment, operations: readonly Operation[]): Next {
  if (operations.some((operation) => operation.kind === kind)) return undefined;
  return { add: { kind, amount: payment.amount ?? 0, status: 'PENDING', requestedBy: null } };
}

function refundTheRest(payment: Payment, operations: readonly Operation[]): Next {
  if (payment.refunding > 0) return undefined;
  const rest = payment.captured - payment.refunded;
  return rest === 0 ? { close: 'REFUNDED', how: 'refunded' } : { add: refund(rest, operations) };
}

/**
 * The provider remembers a refusal by its key, so a refund is repeated as a new operation, and not at once. Each
 * leaves a row and a message: one that nobody will pay for days is tried every six hours, not every five minutes.
 */
export function refund(amount: number, operations: readonly Operation[]): NewOperation {
  const wasRefused = operations.some(isRefusedRefund);
  const after = wasRefused ? backoffSeconds(finalRefundsRefused(operations), 6 * 3_600) : undefined;
  return { kind: 'refund', amount, status: 'PENDING', requestedBy: null, after };
}

/** What was refused to admins before says nothing of how long to wait, nor is it worth an alert. */
export const finalRefundsRefused = (operations: readonly Operation[]): number =>
  operations.filter((operation) => isRefusedRefund(operation) && !isPartialRefund(operation)).length;

const isRefusedRefund = ({ kind, status }: Operation): boolean => kind === 'refund' && status === 'FAILED';
