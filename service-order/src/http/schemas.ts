import { cursorMetadata, cursorPage, money, str, uuid } from '@msa-event-market/shared-sdk/http';
import { z } from 'zod';
import { mostHistory, mostTotal } from '../domain/limits.js';

export const status = z.enum([
  'PENDING',
  'RESERVED',
  'CONFIRMED',
  'SHIPPED',
  'DELIVERED',
  'CANCELLING',
  'REJECTED',
  'CANCELLED',
  'EXPIRED',
]);

const item = z.strictObject({ storeId: uuid, productId: uuid, quantity: z.int().min(1).max(10_000) });

const address = z
  .strictObject({
    name: str({ max: 100 }).meta({ examples: ['Alice Martin'] }),
    street: str({ max: 200 }).meta({ examples: ['Lindenstrasse 4'] }),
    city: str({ max: 100 }).meta({ examples: ['Berlin'] }),
    zip: str({ max: 20 }).meta({ examples: ['10969'] }),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, 'must be an ISO 3166 code of two letters')
      .meta({ examples: ['DE'] }),
  })
  .meta({ id: 'Address' });

export const placeOrderBody = z.strictObject({
  items: z
    .array(item)
    .min(1)
    .max(50)
    .superRefine((items, context) => {
      const seen = new Set<string>();
      for (const [i, { productId }] of items.entries()) {
        if (seen.has(productId))
          context.addIssue({ code: 'custom', path: [i, 'productId'], message: 'is in the order twice' });
        seen.add(productId);
      }
    }),
  paymentMethod: z
    .string()
    .regex(/^[a-z][a-z0-9_]{2,63}$/, 'must be the name of a payment method')
    .meta({ examples: ['pm_card_visa'] }),
  shippingAddress: address,
  expectedTotal: z
    .int()
    .min(0)
    .max(mostTotal)
    .optional()
    .meta({
      description: 'Minor units. When it is not the total any more, 409 PRICE_CHANGED',
      examples: [4998],
    }),
});

export const orderParams = z.strictObject({ orderId: uuid });
export const partBody = z.strictObject({ storeId: uuid });
export const listQuery = cursorPage(uuid).extend({ status: status.optional(), userId: uuid.optional() });

const line = z.object({
  storeId: z.string(),
  productId: z.string(),
  name: z.string(),
  quantity: z.int(),
  unitPrice: money,
});

const placed = z.object({
  id: z.string(),
  number: z.string().meta({ description: 'For people to read out', examples: ['M-100042'] }),
  status,
  items: z.array(line),
  total: money,
  paymentMethod: z.string(),
  shippingAddress: address,
  createdAt: z.string(),
  expiresAt: z.string().meta({ description: 'Not confirmed by then, the order is stopped' }),
});

export const placedView = placed.meta({ id: 'PlacedOrder' });

const historyEntry = z
  .object({
    seq: z.int(),
    at: z.string(),
    trigger: z
      .string()
      .meta({ description: 'What came: an event, a request, time', examples: ['StockReserved'] }),
    eventId: z.string().nullable().meta({ description: 'The message that came' }),
    messageId: z.string().nullable().meta({ description: 'The message that was written' }),
    message: z
      .string()
      .nullable()
      .meta({ examples: ['OrderPaymentRequested'] }),
    from: z.string().nullable(),
    to: z.string(),
    effect: z.enum(['applied', 'noted', 'ignored']),
    traceId: z.string().nullable(),
  })
  .meta({ id: 'OrderHistoryEntry' });

export const orderView = placed
  .extend({
    userId: z.string(),
    version: z.int(),
    stock: z.string(),
    money: z.string(),
    reason: z.string().nullable(),
    paymentMethod: z.string().optional().meta({ description: 'Not shown to sellers' }),
    stores: z.array(z.object({ storeId: z.string(), status: z.enum(['OPEN', 'SHIPPED', 'DELIVERED']) })),
    updatedAt: z.string(),
    history: z
      .array(historyEntry)
      .max(mostHistory)
      .meta({ description: `The newest ${mostHistory} steps, the oldest of them first` }),
  })
  .meta({ id: 'Order' });

const summary = placed
  .omit({ items: true, shippingAddress: true, paymentMethod: true })
  .extend({ userId: z.string(), reason: z.string().nullable(), updatedAt: z.string() })
  .meta({ id: 'OrderSummary' });

export const orderList = z.object({ orders: z.array(summary), metadata: cursorMetadata });

export type OrderView = z.infer<typeof orderView>;
export type OrderSummary = z.infer<typeof summary>;
export type Status = z.infer<typeof status>;
