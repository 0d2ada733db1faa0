import { uuid } from '@msa-event-market/shared-sdk/http';
import { z } from 'zod';
import type { Item } from '../domain/product.js';
import type { Store } from '../domain/store.js';

// Shapes and ranges are those of REST; only what this wire writes otherwise stands here.

export const storeId = z.object({ id: uuid });
export const productId = z
  .object({ storeId: uuid, id: uuid })
  .transform(({ storeId, id }) => ({ storeId, productId: id }));

export const pageMessage = z.object({
  limit: z
    .int()
    .min(0)
    .max(100)
    .transform((limit) => limit || 50), // proto3 cannot tell 0 from nothing
  offset: z.int().min(0).max(1_000_000),
});

export const quotesMessage = z.object({ productIds: z.array(uuid).min(1).max(500) });

export const storeMessage = ({ status, ...store }: Store) => ({
  ...store,
  status: `STORE_STATUS_${status}` as const,
});

export const productMessage = ({ product, stock }: Item) => ({ ...product, quantity: stock.available });
