import type { Operation, Payment } from './model.js';

export const isOpen = (operation: Pick<Operation, 'status'>): boolean =>
  operation.status === 'PENDING' || operation.status === 'UNKNOWN';

/** A refund that an admin asked for. It runs beside everything else; only the final refund waits for it. */
export const isPartialRefund = (operation: Operation): boolean =>
  operation.kind === 'refund' && operation.requestedBy !== null;

/** 1, 2, 4 ... seconds. */
export const backoffSeconds = (attempts: number, longest = 300): number =>
  Math.min(2 ** Math.max(attempts - 1, 0), longest);

export const SILENCE_SECONDS = 60;

/**
 * An authorisation is only sent again while somebody still wants it: after that, a call that was lost must
 * not come true late. Everything else has to happen sooner or later and is repeated for as long as it takes.
 */
export function mayCallAgain(
  payment: Pick<Payment, 'goal' | 'expiresAt'>,
  operation: Pick<Operation, 'kind' | 'status'>,
  now: Date,
): boolean {
  if (!isOpen(operation)) return false;
  if (operation.kind !== 'authorize') return true;
  return payment.goal === 'AUTHORIZE' && payment.expiresAt !== null && now < payment.expiresAt;
}

/**
 * An abandoned operation is asked about again, each time after as long as it has existed, for a day: the
 * provider may have got a call that everyone thought lost.
 */
export function reconcileInSeconds(operation: Operation, now: Date): number | null {
  const age = (now.getTime() - operation.createdAt.getTime()) / 1000;
  return age < 86_400 ? Math.max(age, SILENCE_SECONDS) : null;
}
