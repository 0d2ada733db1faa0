import { uuid } from '@msa-event-market/shared-sdk/http';
import { z } from 'zod';
import { listQuery, placeOrderBody, status } from '../http/schemas.js';

// Ranges and shapes are those of REST; only what the wire writes otherwise stands here.

export const placeOrderMessage = placeOrderBody.extend({
  idempotencyKey: z
    .string()
    .regex(/^[\w.:-]{1,128}$/, 'must have 1 to 128 letters, digits, dots, colons, dashes or underscores'),
});
export const orderIdMessage = z.object({ id: uuid });
export const partMessage = z.object({ id: uuid, storeId: uuid });

const statusOfWire = z.string().transform((name, context) => {
  if (name === 'ORDER_STATUS_UNSPECIFIED') return undefined;
  const known = status.safeParse(name.replace('ORDER_STATUS_', ''));
  if (known.success) return known.data;
  context.addIssue({ code: 'custom', message: 'is not a status' });
  return z.NEVER;
});

export const listMessage = z.object({
  status: statusOfWire,
  userId: uuid.optional(),
  limit: z
    .int()
    .min(0)
    .max(100)
    .transform((limit) => limit || 50), // proto3 cannot tell 0 from nothing
  cursor: z
    .string()
    .transform((text) => text || undefined)
    .pipe(listQuery.shape.cursor),
});
