import { currentTrace } from '@msa-event-market/shared-sdk/tracing';
import { errors } from '../domain/errors.js';
import type { AddedOperation, Change } from '../domain/fold.js';
import type { Payment } from '../domain/model.js';
import type { Once, Payments } from './ports.js';
import type { RunOperations } from './run-operations.js';

export interface Refund {
  id: string;
  paymentId: string;
  amount: number;
  currency: string;
  status: 'PENDING';
  createdAt: string;
}

/** An admin gives back a part of what was captured. Answered once it is written; PaymentRefunded tells of its end. */
export const refundPayment =
  ({ payments, operations }: { payments: Payments; operations: RunOperations }) =>
  async (paymentId: string, amount: number, once: Once): Promise<Refund> => {
    const traceparent = currentTrace()?.traceparent ?? null;
    const { response, due } = await payments.changeOnce(
      once,
      paymentId,
      (payment) => {
        mayRefund(payment, amount);
        return { trigger: { type: 'RefundRequested', amount, by: once.userId }, traceparent };
      },
      refundOf,
    );
    operations.run(due);
    return response;
  };

function mayRefund(payment: Payment | undefined, amount: number): void {
  if (!payment) throw errors.NOT_FOUND_PAYMENT();
  // What a cancellation will give back is no longer there to be refunded.
  if (payment.status !== 'CAPTURED' || payment.goal === 'CANCEL')
    throw errors.INVALID_PAYMENT_STATE(payment.status);
  const left = payment.captured - payment.refunded - payment.refunding;
  if (amount > left) throw errors.REFUND_EXCEEDS_CAPTURED(left);
}

function refundOf({ payment, added }: Change): Refund {
  const [refund] = added as [AddedOperation];
  return {
    id: refund.id,
    paymentId: payment.id,
    amount: refund.amount,
    currency: payment.currency as string,
    status: 'PENDING',
    createdAt: refund.createdAt.toISOString(),
  };
}
