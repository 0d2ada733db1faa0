import { uuidv7 } from '@msa-event-market/shared-sdk/db';
import { testTokens } from '@msa-event-market/shared-sdk/testing';
import { buildApp } from '../src/app.js';
import { loadConfig } from '../src/config.js';
import type { Ports, Quote } from '../src/use-cases/ports.js';
import { ordersDatabase } from './db/orders-database.js';

export interface Someone {
  userId: string;
  role: 'user' | 'admin';
}
export const someone = (role: Someone['role'] = 'user'): Someone => ({ userId: uuidv7(), role });

interface Request {
  as?: Someone | undefined;
  body?: unknown;
  headers?: Record<string, string>;
}

/** The whole service on a database of its own; the prices are a shelf in memory, where the test puts what is for sale. */
export async function orderApp(replaced: Partial<Ports> = {}) {
  const database = await ordersDatabase();
  const tokens = await testTokens();
  const shelf = new Map<string, Quote>();
  const service = await buildApp(
    loadConfig({
      DATABASE_URL: database.url,
      EVENTS_URL: database.eventsUrl,
      AUTH_ISSUER: tokens.issuer,
      AUTH_JWKS_URL: 'http://127.0.0.1:1/unused',
      STORE_GRPC_URL: 'http://127.0.0.1:1',
      HTTP_PORT: '0',
      GRPC_PORT: '0',
      ADMIN_PORT: '0',
      LOG_LEVEL: 'silent',
    }),
    { verifier: tokens.verifier, quotes: { quote: async () => shelf }, ...replaced },
  );
  const tokenOf = (as: Someone) => tokens.token({ ...as, loginId: as.role });

  async function ask(method: 'GET' | 'POST', url: string, { as, body, headers }: Request = {}) {
    const response = await service.http.inject({
      method,
      url,
      headers: {
        ...(as && { authorization: `Bearer ${await tokenOf(as)}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { payload: JSON.stringify(body) }),
    });
    return {
      status: response.statusCode,
      headers: response.headers,
      text: response.body,
      // biome-ignore lint/suspicious/noExplicitAny: an answer is compared, not computed with
      body: (response.body ? response.json() : undefined) as any,
    };
  }

  /** Puts a product on the shelf. */
  function forSale(amount = 1_000, more: Partial<Quote> = {}): Quote {
    const quote = {
      productId: uuidv7(),
      storeId: uuidv7(),
      sellerId: uuidv7(),
      name: 'Mug',
      price: { amount, currency: 'EUR' },
      ...more,
    };
    shelf.set(quote.productId, quote);
    return quote;
  }

  return {
    database,
    db: database.db,
    service,
    shelf,
    tokenOf,
    ask,
    forSale,
    place: (as: Someone, body: unknown, key: string = uuidv7()) =>
      ask('POST', '/v1/orders', { as, body, headers: { 'idempotency-key': key } }),
    async stop() {
      await service.stop();
      await database.drop();
    },
  };
}

export type OrderApp = Awaited<ReturnType<typeof orderApp>>;

export const orderBody = (...quotes: Quote[]) => ({
  items: quotes.map(({ storeId, productId }) => ({ storeId, productId, quantity: 2 })),
  paymentMethod: 'pm_card_visa',
  shippingAddress: { name: 'Alice', street: 'Lindenstrasse 4', city: 'Berlin', zip: '10969', country: 'DE' },
});
