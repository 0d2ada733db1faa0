import { z } from 'zod';
import { catalogue } from './catalogue.js';
import { amount, currency, id, quantity, time } from './fields.js';

const order = { orderId: id, userId: id };
const part = z.object({ ...order, storeId: id });

export const stopReasons = [
  'OUT_OF_STOCK',
  'PAYMENT_DECLINED',
  'BUYER',
  'ADMIN',
  'DEADLINE',
  'CAPTURE_FAILED',
  'USER_DELETED',
  'STORE_DELETED',
] as const;
const reason = z.enum(stopReasons);

/** Topic `order`, keyed by the order's id: what service-order announces. */
export const orderEvents = catalogue('order', {
  OrderPlaced: z.object({
    ...order,
    number: z.string(),
    lines: z.array(z.object({ storeId: id, productId: id, quantity, unitPrice: amount })).min(1),
    total: amount,
    currency,
    expiresAt: time,
  }),
  OrderPaymentRequested: z.object({ ...order, amount, currency, method: z.string(), expiresAt: time }),
  OrderConfirmed: z.object(order),
  OrderCancelling: z.object({
    ...order,
    compensate: z.array(z.enum(['stock', 'payment'])).min(1),
    outcome: z.enum(['CANCELLED', 'EXPIRED', 'REJECTED']),
    reason,
  }),
  OrderCancelled: z.object({ ...order, reason }),
  OrderExpired: z.object({ ...order, reason }),
  OrderRejected: z.object({ ...order, reason, lines: z.array(z.object({ productId: id })).optional() }),
  OrderStoreShipped: part,
  OrderShipped: part,
  OrderStoreDelivered: part,
  OrderDelivered: part,
});
