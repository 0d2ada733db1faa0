import { uuidv7 } from '@msa-event-market/shared-sdk/db';
import { errors } from '../domain/errors.js';
import { type Address, type Item, type PlacedOrder, price } from '../domain/placing.js';
import type { Ports } from './ports.js';

export interface PlaceOrder {
  userId: string;
  key: string;
  bodyHash: string;
  items: Item[];
  paymentMethod: string;
  shippingAddress: Address;
  expectedTotal?: number | undefined;
}

/** Prices the items and places the order. A key that already made an order gives that order, whatever it costs today. */
export const placeOrder =
  ({ orders, quotes, admission }: Ports) =>
  (request: PlaceOrder): Promise<PlacedOrder> =>
    admission.withRoom(async () => {
      const { userId, key, bodyHash, items, expectedTotal } = request;
      try {
        admission.admit();
        const offers = await quotes.quote(items.map(({ productId }) => productId));
        const priced = price(items, offers);
        if (expectedTotal !== undefined && expectedTotal !== priced.total)
          throw errors.PRICE_CHANGED(expectedTotal, priced.total);
        return await orders.place({
          id: uuidv7(),
          userId,
          key,
          bodyHash,
          method: request.paymentMethod,
          address: request.shippingAddress,
          ...priced,
        });
      } catch (error) {
        // Looked up only now: the first copy of a request is by far the most frequent.
        const before = await orders.placedBefore(request);
        if (before) return before;
        throw error;
      }
    });
