import type { Principal } from '@msa-event-market/shared-sdk/auth';
import { AppError } from '@msa-event-market/shared-sdk/errors';
import { currentTrace } from '@msa-event-market/shared-sdk/tracing';
import { errors } from '../domain/errors.js';
import type { AddedOperation, Change } from '../domain/fold.js';
import type { Payment } from '../domain/model.js';
import type { Payments } from './ports.js';
import type { RunOperations } from './run-operations.js';

/** The refund as it was written; PaymentRefunded or PaymentRefundFailed tells of its end. */
export interface Refund {
  id: string;
  kind: 'refund';
  amount: number;
  status: 'PENDING';
  attempts: number;
  requestedBy: string;
  reason: null;
  providerRef: null;
  createdAt: string;
  updatedAt: string;
}

export interface RefundRequest {
  paymentId: string;
  amount: number;
  by: Principal;
  /** The caller's Idempotency-Key, and the hash of the request that it stands for. */
  key: string;
  bodyHash: string;
}

/** An admin gives back a part of what was captured. The same key gives the same refund. */
export const refundPayment =
  ({ payments, operations }: { payments: Payments; operations: RunOperations }) =>
  async ({ paymentId, amount, by, key, bodyHash }: RefundRequest): Promise<Refund> => {
    if (by.role !== 'admin') throw new AppError('FORBIDDEN', 'forbidden', 'Only an admin refunds.');
    const traceparent = currentTrace()?.traceparent ?? null;
    const { response, due } = await payments.changeOnce(
      { userId: by.userId, route: 'refundPayment', key, bodyHash },
      paymentId,
      (payment) => {
        mayRefund(payment, amount);
        return { trigger: { type: 'RefundRequested', amount, by: by.userId }, traceparent };
      },
      refundOf,
    );
    operations.run(due);
    return response;
  };

function mayRefund(payment: Payment | undefined, amount: number): void {
  if (!payment) throw errors.NOT_FOUND_PAYMENT();
  // What a cancellation is about to give back is no longer there to be refunded.
  if (payment.status !== 'CAPTURED' || payment.goal === 'CANCEL') throw errors.INVALID_PAYMENT_STATE();
  const left = payment.captured - payment.refunded - payment.refunding;
  if (amount > left) throw errors.REFUND_EXCEEDS_CAPTURED(left);
}

function refundOf({ added }: Change): Refund {
  const [{ id, amount, attempts, requestedBy, createdAt }] = added as [AddedOperation];
  const at = createdAt.toISOString();
  return {
    id,
    kind: 'refund',
    amount,
    status: 'PENDING',
    attempts,
    requestedBy: requestedBy as string,
    reason: null,
    providerRef: null,
    createdAt: at,
    updatedAt: at,
  };
}
