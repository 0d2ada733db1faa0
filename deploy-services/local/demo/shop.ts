import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DemoUser } from '../demo-users.js';
import { type MarketClient, marketClient, type Product } from '../market-client.js';
import type { MarketFile } from '../market-file.js';
import { Problem } from '../problem.js';

export interface Order {
  id: string;
  number: string;
  status: string;
  reason: string | null;
  money: string;
  version: number;
  total: { amount: number; currency: string };
}

export interface Item {
  product: Product;
  quantity: number;
}

/** An answer, the moment its request was sent, and the trace that it began. */
export interface Asked<T> {
  status: number;
  body: T;
  sentAt: number;
  ms: number;
  traceId: string;
}

export type Person = ReturnType<typeof person>;
export type Shop = Awaited<ReturnType<typeof openShop>>;

/** Somebody signed in: what they do goes over REST, as a shopper's or a seller's own program would send it. */
function person(urls: MarketFile['urls'], name: string, token: string) {
  async function ask<T>(service: 'store' | 'order', method: 'GET' | 'POST', path: string, body?: object) {
    const sentAt = Date.now();
    const response = await fetch(`${urls[service].http}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'idempotency-key': randomUUID(),
        ...(body && { 'content-type': 'application/json' }),
      },
      body: body ? JSON.stringify(body) : null,
      signal: AbortSignal.timeout(10_000),
    }).catch((error) => {
      throw new Problem(`service-${service} does not answer: ${error.cause?.message ?? error.message}`);
    });
    const answer: Asked<T> = {
      status: response.status,
      sentAt,
      ms: Date.now() - sentAt,
      traceId: response.headers.get('x-trace-id') ?? '',
      body: (await response.json()) as T,
    };
    if (response.ok) return answer;
    throw new Problem(`${method} ${path} answered ${response.status}: ${JSON.stringify(answer.body)}`);
  }

  const see = async (orderId: string) => (await ask<Order>('order', 'GET', `/v1/orders/${orderId}`)).body;

  return {
    name,
    see,

    placeOrder: (items: Item[], paymentMethod: string) =>
      ask<Order>('order', 'POST', '/v1/orders', {
        items: items.map(({ product, quantity }) => ({
          storeId: product.storeId,
          productId: product.id,
          quantity,
        })),
        paymentMethod,
        shippingAddress: {
          name: 'Ada Lind',
          street: 'Hafenweg 12',
          city: 'Hamburg',
          zip: '20457',
          country: 'DE',
        },
      }),

    cancel: (orderId: string) => ask<Order>('order', 'POST', `/v1/orders/${orderId}/cancel`),
    ship: (orderId: string, storeId: string) =>
      ask<Order>('order', 'POST', `/v1/orders/${orderId}/ship`, { storeId }),
    deliver: (orderId: string, storeId: string) =>
      ask<Order>('order', 'POST', `/v1/orders/${orderId}/deliver`, { storeId }),

    /** The order once it, or its money, is one of those; a problem that tells what it is instead when it never is. */
    async until(orderId: string, wanted: string | string[], withinMs: number): Promise<Order> {
      const fits = ({ status, money }: Order) =>
        [wanted].flat().some((one) => one === status || one === money);
      const began = Date.now();
      for (;;) {
        const order = await see(orderId);
        if (fits(order)) return order;
        if (Date.now() - began > withinMs)
          throw new Problem(
            `The order ${order.number} should have become ${[wanted].flat().join(' or ')} within ${withinMs / 1_000} s and is ${order.status} ` +
              `(money ${order.money}). npm run status shows what does not work.`,
          );
        await sleep(30);
      }
    },

    /** Puts in or takes out pieces until there are as many as wanted. */
    async setStock(product: Product, wanted: number): Promise<void> {
      const more = wanted - product.quantity;
      if (more === 0) return;
      const path = `/v1/stores/${product.storeId}/products/${product.id}/quantity/${more > 0 ? 'increase' : 'decrease'}`;
      await ask('store', 'POST', path, { quantity: Math.abs(more) });
    },
  };
}

const user = (loginId: string, role: DemoUser['role']): DemoUser => ({
  loginId,
  password: `${loginId}-only-on-this-machine`,
  role,
});
const storeName = 'The Demonstration Counter';
const offers = [
  { name: 'Walnut pencil box', description: 'Holds nine pencils and a secret.', price: 1_850, stock: 25 },
  { name: 'Paper kite', description: 'Folds flat, flies high.', price: 1_200, stock: 25 },
  { name: 'Lighthouse lamp', description: 'The last of its kind, every time.', price: 4_900, stock: 1 },
];

/** Users, a store and products of the demo's own, made at the first run; every run begins with the same stock. */
export async function openShop(urls: MarketFile['urls']) {
  const market = marketClient({ auth: urls.auth.http, store: urls.store.http });
  try {
    const [ada, ben, carol] = await Promise.all([
      signIn(market, user('ada', 'buyer')),
      signIn(market, user('ben', 'buyer')),
      signIn(market, user('carol', 'seller')),
    ]);
    const store = (await market.stores()).find(
      ({ ownerId, name }) => ownerId === carol.userId && name === storeName,
    );
    const { id: storeId } =
      store ??
      (await market.openStore(carol.token, { name: storeName, description: 'Where npm run demo goes.' }));
    const known = await market.products(storeId);
    for (const offer of offers)
      if (!known.some(({ name }) => name === offer.name))
        await market.addProduct(carol.token, storeId, offer);
    const products = await market.products(storeId);
    const product = (i: number) => products.find(({ name }) => name === offers[i]?.name) as Product;
    const seller = person(urls, 'carol', carol.token);
    for (const [i, { stock }] of offers.entries()) await seller.setStock(product(i), stock);
    return {
      ada: person(urls, 'ada', ada.token),
      ben: person(urls, 'ben', ben.token),
      carol: seller,
      storeId,
      box: product(0),
      kite: product(1),
      lamp: product(2),
    };
  } finally {
    await market.close();
  }
}

async function signIn(market: MarketClient, who: DemoUser) {
  await market.signUp(who);
  const token = await market.signIn(who);
  if (!token)
    throw new Problem(`There is a user ${who.loginId} with another password: the demo needs its own.`);
  return { token, userId: await market.userId(token) };
}
