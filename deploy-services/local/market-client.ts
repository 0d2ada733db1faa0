import { Pool } from 'undici';
import type { ProductOffer } from './catalogue/offer.js';
import type { DemoUser } from './demo-users.js';

export interface Store {
  id: string;
  ownerId: string;
  name: string;
}

export interface Product {
  id: string;
  storeId: string;
  name: string;
  price: { amount: number; currency: string };
  quantity: number;
}

export type MarketClient = ReturnType<typeof marketClient>;

/** What seeding asks of service-auth and service-store, over their public REST. */
export function marketClient(urls: { auth: string; store: string }) {
  // The number of connections bounds the requests under way; the others wait in the pool.
  const auth = new Pool(urls.auth, { connections: 4 });
  const store = new Pool(urls.store, { connections: 8 });
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

  /** A page of a hundred after the other, until there is no more. */
  async function all<T>(path: string, list: string): Promise<T[]> {
    const found: T[] = [];
    for (;;) {
      const page = await get<Record<string, T[]>>(store, `${path}?limit=100&offset=${found.length}`);
      const items = page[list] ?? [];
      found.push(...items);
      if (items.length < 100) return found;
    }
  }

  return {
    /** Leaves a user who is there as they are. */
    async signUp({ loginId, password }: DemoUser): Promise<void> {
      // Numbers that the German regulator keeps for films, and a domain that cannot be anybody's (RFC 2606).
      const body = {
        loginId,
        password,
        role: 'user',
        phone: '+49 30 23125 000',
        email: `${loginId}@market.example`,
      };
      await send(auth, 'POST', '/v1/users', { body, accept: [201, 409] });
    },

    /** An access token, or undefined when there is no such user with this password. */
    async signIn({ loginId, password }: DemoUser): Promise<string | undefined> {
      const credentials = Buffer.from(`${loginId}:${password}`).toString('base64');
      const { status, body } = await send<{ accessToken: { token: string } }>(
        auth,
        'POST',
        '/v1/tokens/login',
        {
          headers: { authorization: `Basic ${credentials}` },
          accept: [200, 401],
        },
      );
      return status === 200 ? body.accessToken.token : undefined;
    },

    async userId(token: string): Promise<string> {
      return (await get<{ id: string }>(auth, '/v1/users/me', bearer(token))).id;
    },

    stores: () => all<Store>('/v1/stores', 'stores'),
    products: (storeId: string) => all<Product>(`/v1/stores/${storeId}/products`, 'products'),

    async openStore(token: string, body: { name: string; description: string }): Promise<Store> {
      const headers = bearer(token);
      return (await send<Store>(store, 'POST', '/v1/stores', { headers, body, accept: [201] })).body;
    },

    async addProduct(
      token: string,
      storeId: string,
      { stock, price, ...offer }: ProductOffer,
    ): Promise<void> {
      const body = { ...offer, price: { amount: price, currency: 'EUR' }, quantity: stock };
      const headers = bearer(token);
      await send(store, 'POST', `/v1/stores/${storeId}/products`, { headers, body, accept: [201] });
    },

    async close(): Promise<void> {
      await Promise.all([auth.destroy(), store.destroy()]);
    },
  };
}

const get = async <T>(pool: Pool, path: string, headers = {}): Promise<T> =>
  (await send<T>(pool, 'GET', path, { headers, accept: [200] })).body;

interface Sending {
  headers?: Record<string, string>;
  body?: object;
  /** Any other status is an error. */
  accept: number[];
}

async function send<T>(
  pool: Pool,
  method: 'GET' | 'POST',
  path: string,
  { headers, body, accept }: Sending,
): Promise<{ status: number; body: T }> {
  const response = await pool.request({
    method,
    path,
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    body: body ? JSON.stringify(body) : null,
  });
  const text = await response.body.text();
  const { statusCode: status } = response;
  if (!accept.includes(status))
    throw new Error(`${method} ${path} answered ${status}: ${text.slice(0, 300)}`);
  return { status, body: JSON.parse(text) as T };
}
