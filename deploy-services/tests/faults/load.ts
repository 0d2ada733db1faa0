import type { RunningMarket } from '../system/market.js';
import { eventually } from '../system/market.js';
import { type Person, type Product, somebody } from '../system/people.js';

export interface Crowd {
  buyers: Person[];
  products: Product[];
}

export async function crowdIn(market: RunningMarket): Promise<Crowd> {
  const buyers = await Promise.all(Array.from({ length: 4 }, () => somebody(market)));
  const seller = await somebody(market);
  const stores = await Promise.all(Array.from({ length: 3 }, () => seller.openStore()));
  const products = await Promise.all(
    stores.flatMap((store) => [1_000_000, 1_000_000].map((quantity) => seller.addProduct(store, quantity))),
  );
  return { buyers, products };
}

const methods = ['pm_card_visa', 'pm_card_visa', 'pm_card_visa', 'pm_card_declined', 'pm_card_capture_fails'];
const answersWithinMs = 120_000;
/** More that wait for an answer would only be refused. */
const atOnce = 60;

let used = 0;

export interface Load {
  /** The ids of those that were placed until now. */
  placed(): string[];
  /** Resolves when each that was begun is answered. */
  stop(): Promise<void>;
}

/**
 * Places orders at a rate until it is stopped, as careful clients do: again under the same key until somebody answers
 * for good. What nobody answered while a service was away is made up for afterwards, or the rate would be a wish.
 */
export function placeOrders({ buyers, products }: Crowd, perSecond: number): Load {
  const under = new Set<Promise<void>>();
  const placed: string[] = [];

  async function place(n: number): Promise<void> {
    const buyer = buyers[n % buyers.length] as Person;
    const wanted = new Set([products[n % products.length], products[(n * 7 + 1) % products.length]]);
    const items = [...wanted].map((product) => ({ product: product as Product }));
    await eventually(async () => {
      const key = `fault-${n}`;
      const { status, body } = await buyer.tryOrder(items, { key, method: methods[n % methods.length] });
      if (status !== 201) throw new Error(`answered ${status} ${body.code}`);
      placed.push(body.id);
    }, answersWithinMs);
  }

  const began = performance.now();
  let begun = 0;
  const timer = setInterval(() => {
    const due = ((performance.now() - began) / 1_000) * perSecond;
    for (; begun < due && under.size < atOnce; begun++) {
      const placing = place(used++).finally(() => under.delete(placing));
      placing.catch(() => {}); // awaited in stop
      under.add(placing);
    }
  }, 10);
  return {
    placed: () => placed,
    async stop() {
      clearInterval(timer);
      await Promise.all(under);
    },
  };
}
