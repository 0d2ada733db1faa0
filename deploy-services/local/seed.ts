import { catalogue } from './catalogue/index.js';
import type { StoreOffer } from './catalogue/offer.js';
import { buyers, type DemoUser, sellers } from './demo-users.js';
import { type MarketClient, marketClient, type Product, type Store } from './market-client.js';

export interface SeedOptions {
  /** Base addresses of service-auth and service-store. */
  urls: { auth: string; store: string };
  log: (line: string) => void;
  /** It was seen complete before: what is missing now was taken away by somebody. */
  complete?: boolean;
}

export interface SeededMarket {
  stores: Store[];
  products: Product[];
  users: DemoUser[];
}

/**
 * Fills an empty market with users, stores and products, as their sellers would: over REST. Interrupted, it is
 * completed by the next start; once complete, it does nothing, so that what people change or delete stays so.
 */
export async function seedMarket({ urls, log, complete = false }: SeedOptions): Promise<SeededMarket> {
  const market = marketClient(urls);
  try {
    if (!complete && !(await isComplete(market))) {
      const started = performance.now();
      await Promise.all(catalogue.map((offer) => fillStore(market, offer)));
      await signUpBuyers(market);
      log(`seeded the demo market in ${Math.round(performance.now() - started)} ms`);
    }
    return await read(market);
  } finally {
    await market.close();
  }
}

// The buyers come last, one after the other: that the last of them can sign in says that all the rest is there.
const isComplete = async (market: MarketClient): Promise<boolean> =>
  (await market.signIn(buyers.at(-1) as DemoUser)) !== undefined;

async function signUpBuyers(market: MarketClient): Promise<void> {
  for (const buyer of buyers) await market.signUp(buyer);
}

async function fillStore(market: MarketClient, offer: StoreOffer): Promise<void> {
  const seller = sellers.find(({ loginId }) => loginId === offer.seller) as DemoUser;
  await market.signUp(seller);
  const token = await market.signIn(seller);
  if (!token) throw new Error(`the demo user ${seller.loginId} is there, but with another password`);
  const ownerId = await market.userId(token);
  const { name, description } = offer;
  const known = (await market.stores()).find((store) => store.ownerId === ownerId && store.name === name);
  const store = known ?? (await market.openStore(token, { name, description }));
  const there = new Set((known ? await market.products(store.id) : []).map((product) => product.name));
  await Promise.all(
    offer.products
      .filter((product) => !there.has(product.name))
      .map((product) => market.addProduct(token, store.id, product)),
  );
}

/** The stores of the catalogue that are open, with whatever their sellers made of them. */
async function read(market: MarketClient): Promise<SeededMarket> {
  const names = new Set(catalogue.map((offer) => offer.name));
  const stores = (await market.stores()).filter((store) => names.has(store.name));
  const products = (await Promise.all(stores.map((store) => market.products(store.id)))).flat();
  return { stores, products, users: [...buyers, ...sellers] };
}
