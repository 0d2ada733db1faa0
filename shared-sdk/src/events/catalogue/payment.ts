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
  PaymentCancelled: z.object({ ...payment, how: z.enum(['none', 'voided', 'refunded']), net: amount }),
  PaymentRefunded: z.object({ ...payment, refundId: id, amount, currency }),
  PaymentRefundFailed: z.object({ ...payment, refundId: id, amount, reason: z.string() }),
});
