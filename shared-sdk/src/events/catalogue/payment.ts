import { z } from 'zod';
import { catalogue } from './catalogue.js';
import { amount, currency, id } from './fields.js';

const payment = { orderId: id, paymentId: id };
const moved = z.object({ ...payment, amount, currency });
const refused = z.object({ ...payment, reason: z.string() });

/** Topic `payment`, keyed by the order's id: service-payment's answers to an order, and what admins refund. */
export const paymentEvents = catalogue('payment', {
  PaymentAuthorized: moved,
  PaymentDeclined: refused,
  PaymentCaptured: moved,
  PaymentCaptureFailed: refused,
  // net: what the payer has paid in the end. Orders close on this, so anything but nothing must not get that far.
  PaymentCancelled: z.object({ ...payment, how: z.enum(['none', 'voided', 'refunded']), net: z.literal(0) }),
  PaymentRefunded: z.object({ ...payment, refundId: id, amount, currency }),
  PaymentRefundFailed: z.object({ ...payment, refundId: id, amount, reason: z.string() }),
});
