import { together } from '@msa-event-market/shared-sdk/batching';
import { isRetryable } from '@msa-event-market/shared-sdk/errors';
import type { GrpcClient } from '@msa-event-market/shared-sdk/grpc';
import { errors } from '../domain/errors.js';
import type { Quote, Quotes } from '../use-cases/ports.js';

const mostAtOnce = 500; // what BatchGetProduct takes

/** Prices from service-store. Orders that arrive together ask once, for all of their products. */
export function storeQuotes(store: GrpcClient<'market.store.v1.StoreService'>): Quotes {
  async function ask(productIds: string[]): Promise<Quote[]> {
    const { products } = await store.BatchGetProduct({ productIds }).catch((error) => {
      throw isRetryable(error) ? errors.STORE_UNAVAILABLE(error) : error;
    });
    return products.flatMap(({ deleted, price, productId, storeId, sellerId, name }) =>
      deleted || !price ? [] : [{ productId, storeId, sellerId, name, price }],
    );
  }
  const share = together<string[], Map<string, Quote>>(
    async (asked) => {
      const ids = [...new Set(asked.flat())];
      const parts = Array.from({ length: Math.ceil(ids.length / mostAtOnce) }, (_, i) =>
        ids.slice(i * mostAtOnce, (i + 1) * mostAtOnce),
      );
      const quotes = (await Promise.all(parts.map(ask))).flat();
      const offers = new Map(quotes.map((quote) => [quote.productId, quote]));
      return asked.map(() => offers);
    },
    { most: 50, flights: 4 },
  );
  return { quote: share };
}
