import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProcessName } from '../../local/topology.js';
import { eventually, type RunningMarket, startMarket } from './market.js';
import { final, type Person, type Product, somebody } from './people.js';

let market: RunningMarket;
let buyers: Person[];
let products: Product[];

beforeAll(async () => {
  market = await startMarket();
  buyers = await Promise.all(Array.from({ length: 4 }, () => somebody(market)));
  const seller = await somebody(market);
  const stores = await Promise.all(Array.from({ length: 3 }, () => seller.openStore()));
  products = await Promise.all(
    stores.flatMap((store) => [10_000, 30].map((quantity) => seller.addProduct(store, quantity))),
  );
}, 120_000);
afterAll(() => market.stop(), 60_000);

const methods = ['pm_card_visa', 'pm_card_visa', 'pm_card_visa', 'pm_card_declined', 'pm_card_capture_fails'];

/** Places one order as a careful client does: sends it again under the same key until somebody answers for good. */
async function place(n: number): Promise<{ buyer: Person; id: string } | undefined> {
  const buyer = buyers[n % buyers.length] as Person;
  const [a, b] = [products[n % products.length], products[(n * 7 + 1) % products.length]] as [
    Product,
    Product,
  ];
  const items = a === b ? [{ product: a }] : [{ product: a }, { product: b }];
  return eventually(async () => {
    const { status, body } = await buyer.tryOrder(items, {
      key: `order-${n}`,
      method: methods[n % methods.length],
    });
    if (status >= 500) throw new Error(`answered ${status} ${body.code}`);
    return status === 201 ? { buyer, id: body.id } : undefined;
  }, 60_000);
}

it('is not taken for at rest while a service that has never read anything comes back', async () => {
  const [buyer, product] = [buyers[0] as Person, products[0] as Product];
  market.signal('payment', 'SIGSTOP');
  const { id } = await buyer.order([{ product }]);
  await buyer.until(id, 'RESERVED');
  await market.kill('payment');
  const report = await market.check();
  expect(report.results.filter(({ violations, skipped }) => violations.length > 0 || skipped)).toEqual([]);
  expect((await buyer.see(id)).status).toBe('CONFIRMED');
}, 60_000);

let next = 0;

describe('a kill in the middle of 200 orders changes no final state', () => {
  it.each<ProcessName>(['order', 'store', 'payment', 'relay', 'postgres', 'auth'])(
    '%s',
    async (victim) => {
      const first = next;
      next += 200;
      const placing = Array.from({ length: 8 }, async (_, worker) => {
        const placed = [];
        for (let n = first + worker; n < first + 200; n += 8) placed.push(await place(n));
        return placed;
      });
      for (let kill = 0; kill < 3; kill++) {
        await sleep(300 + kill * 250);
        await market.kill(victim);
      }
      const placed = (await Promise.all(placing)).flat().filter((one) => one !== undefined);
      expect(placed.length).toBeGreaterThan(150);
      // Some are cancelled while others are under way.
      await Promise.all(
        placed
          .filter((_, i) => i % 9 === 0)
          .map(({ buyer, id }) =>
            eventually(async () => {
              const { status } = await buyer.cancel(id);
              if (status >= 500) throw new Error(`answered ${status}`);
            }, 30_000),
          ),
      );
      const report = await market.check();
      expect(report.results.filter(({ violations, skipped }) => violations.length > 0 || skipped)).toEqual(
        [],
      );
      expect(report.notes).toEqual([]);
      const statuses = await market.sql<{ status: string; n: number }>(
        'order',
        'SELECT status, count(*)::int AS n FROM orders.orders GROUP BY status',
      );
      for (const { status } of statuses) expect([...final, 'CONFIRMED']).toContain(status);
      expect(statuses.find(({ status }) => status === 'CONFIRMED')?.n).toBeGreaterThan(30);
    },
    180_000,
  );
});
