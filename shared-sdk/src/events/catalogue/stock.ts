import { z } from 'zod';
import { catalogue } from './catalogue.js';
import { id, quantity } from './fields.js';

/** Topic `stock`, keyed by the order's id: service-store's answers to an order. */
export const stockEvents = catalogue('stock', {
  StockReserved: z.object({ orderId: id }),
  StockRejected: z.object({
    orderId: id,
    reason: z.enum(['OUT_OF_STOCK', 'PRODUCT_GONE']),
    lines: z.array(z.object({ productId: id, requested: quantity, available: z.int().nonnegative() })),
  }),
  StockReleased: z.object({ orderId: id, restocked: z.boolean() }),
});
