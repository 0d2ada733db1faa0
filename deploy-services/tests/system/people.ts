import { randomUUID } from 'node:crypto';
import { eventually, type RunningMarket } from './market.js';

// What people can do in a market, over REST as they would. Each answer comes with its status, for tests to judge.

export interface Answer<T = Record<string, unknown>> {
  status: number;
  body: T;
  headers: Headers;
}

export interface Order {
  id: string;
  number: string;
  status: string;
  reason: string | null;
  money: string;
  version: number;
  total: { amount: number; currency: string };
  stores: { storeId: string; status: string }[];
  history: { trigger: string; message: string | null; to: string; effect: string; traceId: string | null }[];
}

export interface Product {
  id: string;
  storeId: string;
  quantity: number;
  price: { amount: number };
}

export interface Problem {
  code: string;
  errors?: { pointer: string; detail: string }[];
}

export interface Payment {
  id: string;
  status: string;
  captured: { amount: number } | number;
}

export type Item = { product: Product; quantity?: number };

export const final = ['DELIVERED', 'REJECTED', 'CANCELLED', 'EXPIRED'];
export const address = {
  name: 'Alice Martin',
  street: 'Lindenstrasse 4',
  city: 'Berlin',
  zip: '10969',
  country: 'DE',
};

export class Person {
  readonly userId: string;
  readonly #market: RunningMarket;
  readonly #loginId: string;
  readonly #password: string;
  #token: string;

  constructor(market: RunningMarket, loginId: string, password: string, token: string) {
    this.#market = market;
    this.#loginId = loginId;
    this.#password = password;
    this.#token = token;
    this.userId = JSON.parse(Buffer.from(token.split('.')[1] as string, 'base64url').toString()).sub;
  }

  get token(): string {
    return this.#token;
  }

  async call<T = Record<string, unknown>>(
    service: 'auth' | 'store' | 'order' | 'payment',
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const answer = await this.#send<T>(service, method, path, body, headers);
    if (answer.status !== 401) return answer;
    this.#token = await tokenOf(this.#market, this.#loginId, this.#password); // five minutes are over
    return this.#send(service, method, path, body, headers);
  }

  async #send<T>(
    service: 'auth' | 'store' | 'order' | 'payment',
    method: string,
    path: string,
    body: unknown,
    headers: Record<string, string>,
  ) {
    const response = await fetch(`${this.#market.urls[service].http}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(20_000),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: (text ? JSON.parse(text) : {}) as T };
  }

  async openStore(name = `Store ${randomUUID().slice(0, 8)}`): Promise<{ id: string }> {
    return expecting(
      201,
      await this.call<{ id: string }>('store', 'POST', '/v1/stores', {
        name,
        description: 'A store of a test',
      }),
    );
  }

  async addProduct(store: { id: string }, quantity: number, price = 1_000): Promise<Product> {
    const body = {
      name: `Thing ${randomUUID().slice(0, 8)}`,
      description: 'Of a test',
      price: { amount: price, currency: 'EUR' },
      quantity,
    };
    return expecting(201, await this.call<Product>('store', 'POST', `/v1/stores/${store.id}/products`, body));
  }

  tryOrder(
    items: Item[],
    { method = 'pm_card_visa', key = randomUUID() as string } = {},
  ): Promise<Answer<Order & Problem>> {
    const body = {
      items: items.map(({ product, quantity = 1 }) => ({
        storeId: product.storeId,
        productId: product.id,
        quantity,
      })),
      paymentMethod: method,
      shippingAddress: address,
    };
    return this.call('order', 'POST', '/v1/orders', body, { 'idempotency-key': key });
  }

  async order(items: Item[], options: { method?: string; key?: string } = {}): Promise<Order> {
    return expecting(201, await this.tryOrder(items, options));
  }

  async see(id: string): Promise<Order> {
    return expecting(200, await this.call<Order>('order', 'GET', `/v1/orders/${id}`));
  }

  cancel = (id: string) => this.call<Order & Problem>('order', 'POST', `/v1/orders/${id}/cancel`);
  ship = (id: string, storeId: string) =>
    this.call<Order & Problem>('order', 'POST', `/v1/orders/${id}/ship`, { storeId });
  deliver = (id: string, storeId: string) =>
    this.call<Order & Problem>('order', 'POST', `/v1/orders/${id}/deliver`, { storeId });

  /** The order once it is as wanted; what it was instead when it never is. */
  until(id: string, wanted: string | ((order: Order) => boolean), withinMs = 20_000): Promise<Order> {
    const fits = typeof wanted === 'string' ? (order: Order) => order.status === wanted : wanted;
    return eventually(async () => {
      const order = await this.see(id);
      if (fits(order)) return order;
      throw new Error(`order ${id} is ${JSON.stringify(order)}`);
    }, withinMs);
  }

  paid = (id: string) =>
    this.until(id, ({ status, money }) => status === 'CONFIRMED' && money === 'CAPTURED');
}

/** Signs somebody up under a name of their own and logs them in. */
export async function somebody(market: RunningMarket): Promise<Person> {
  const loginId = `t${randomUUID().replaceAll('-', '').slice(0, 20)}`;
  const password = `pw-${randomUUID()}`;
  const response = await fetch(`${market.urls.auth.http}/v1/users`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      loginId,
      password,
      role: 'user',
      phone: '+49 30 23125 000',
      email: `${loginId}@market.example`,
    }),
  });
  if (response.status !== 201)
    throw new Error(`sign-up answered ${response.status}: ${await response.text()}`);
  return new Person(market, loginId, password, await tokenOf(market, loginId, password));
}

export async function theAdmin(market: RunningMarket): Promise<Person> {
  return new Person(
    market,
    'admin',
    market.adminPassword,
    await tokenOf(market, 'admin', market.adminPassword),
  );
}

async function tokenOf(market: RunningMarket, loginId: string, password: string): Promise<string> {
  const response = await fetch(`${market.urls.auth.http}/v1/tokens/login`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${loginId}:${password}`).toString('base64')}` },
  });
  if (response.status !== 200)
    throw new Error(`log-in answered ${response.status}: ${await response.text()}`);
  return ((await response.json()) as { accessToken: { token: string } }).accessToken.token;
}

function expecting<T>(status: number, answer: Answer<T>): T {
  if (answer.status === status) return answer.body;
  throw new Error(`answered ${answer.status} instead of ${status}: ${JSON.stringify(answer.body)}`);
}

export const available = async (buyer: Person, { storeId, id }: Product): Promise<number> =>
  (await buyer.call<Product>('store', 'GET', `/v1/stores/${storeId}/products/${id}`)).body.quantity;
