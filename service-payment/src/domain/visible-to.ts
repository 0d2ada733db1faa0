import type { Principal } from '@msa-event-market/shared-sdk/auth';
import { errors } from './errors.js';

/** For its payer and admins. Strangers cannot tell a payment that is not theirs from one that is not there. */
export function visibleTo<P extends { userId: string }>(
  { role, userId }: Principal,
  payment: P | undefined,
): P {
  if (!payment || (role !== 'admin' && payment.userId !== userId)) throw errors.NOT_FOUND_PAYMENT();
  return payment;
}
