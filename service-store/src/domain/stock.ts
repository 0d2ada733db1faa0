import type { OutboxEvent } from '@msa-event-market/shared-sdk/outbox';
import { errors } from './errors.js';

/**
 * The pieces of one product, by where they are. `received` is what the owner ever put in less what they took out,
 * so received = available + reserved + sold, always: orders only move pieces from one place to another.
 */
export interface Stock {
  productId: string;
  storeId: string;
  available: number;
  reserved: number;
  sold: number;
  received: number;
  /**
   * The product or its store was deleted. It stands here besides the product because a reservation reads it under
   * this row's lock: of a joined row it would still see the old version after having waited for the lock.
   */
  gone: boolean;
  /** How many records of this product the topic `product` has. */
  version: number;
}

export type Place = 'available' | 'reserved' | 'sold';

/** A new product has been announced: ProductCreated is its first record. */
export const firstStock = (ref: { storeId: string; productId: string }, quantity: number): Stock => ({
  ...ref,
  available: quantity,
  reserved: 0,
  sold: 0,
  received: quantity,
  gone: false,
  version: 1,
});

export const move = (stock: Stock, quantity: number, from: Place, to: Place): Stock => ({
  ...stock,
  [from]: stock[from] - quantity,
  [to]: stock[to] + quantity,
});

/** The owner puts pieces in (`quantity` > 0) or takes some out (< 0), but never those that orders hold. */
export function adjust(stock: Stock, quantity: number): Stock {
  if (stock.available + quantity < 0) throw errors.INSUFFICIENT_QUANTITY(stock.available);
  return { ...stock, available: stock.available + quantity, received: stock.received + quantity };
}

export const ranOutOrCameBack = (before: Stock, after: Stock): boolean =>
  (before.available === 0) !== (after.available === 0);

/** Whatever is told of a product takes the next number of its stock row, under whose lock it is told. */
export const nextRecord = (stock: Stock): Stock => ({ ...stock, version: stock.version + 1 });

export const productEvent = (stock: Stock, type: string, payload: object = {}): OutboxEvent => ({
  topic: 'product',
  key: stock.productId,
  type,
  version: stock.version,
  payload: { productId: stock.productId, storeId: stock.storeId, ...payload },
});

export const quantityChanged = (stock: Stock): OutboxEvent =>
  productEvent(stock, 'ProductQuantityChanged', { quantity: stock.available });
