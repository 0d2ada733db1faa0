import { together } from '@msa-event-market/shared-sdk/batching';
import type { GrpcClient } from '@msa-event-market/shared-sdk/grpc';
import type { Quote, Quotes } from '../use-cases/ports.js';

/** Prices from service-store. Orders that arrive together ask once, for all of their products. */
export function storeQuotes(store: GrpcClient<'market.store.v1.StoreService'>): Quotes {
  const ask = together<string[], Map<string, Quote>>(
    async (asked) => {
      const productIds = [...new Set(asked.flat())];
      const { products } = await store.BatchGetProduct({ productIds });
      const offers = new Map(
        products
          .filter(({ deleted }) => !deleted)
          .map(({ productId, storeId, sellerId, name, price }): [string, Quote] => [
            productId,
            {
              productId,
              storeId,
              sellerId,
              name,
              price: { amount: price?.amount ?? 0, currency: price?.currency ?? '' },
            },
          ]),
      );
      return asked.map(() => offers);
    },
    { most: 50, flights: 4 },
  );
  return { quote: (productIds) => ask(productIds) };
}
