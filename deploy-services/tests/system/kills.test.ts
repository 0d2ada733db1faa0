import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProcessName } from '../../local/topology.js';
import { eventually, type RunningMarket, startMarket } from './market.js';
import { type Person, type Product, somebody } from './people.js';

let market: RunningMarket;
let buyers: Person[];
let products: Product[];

beforeAll(async () => {
  // What a kill interrupts at the provider is asked about after its lease: 5 s of it, and the test waits no half minute.
  market = await startMarket({ env: { PROVIDER_TIMEOUT_SECONDS: '2', OPERATION_LEASE_SECONDS: '5' } });
  buyers = await Promise.all(Array.from({ length: 4 }, () => somebody(market)));
  const seller = await somebody(market);
  const stores = await Promise.all(Array.from({ length: 3 }, () => seller.openStore()));
  products = await Promise.all(
    stores.flatMap((store) => [10_000, 30].map((quantity) => seller.addProduct(store, quantity))),
  );
}, 120_000);
afterAll(() => market.stop(), 60_000);

const methods = ['pm_card_visa', 'pm_card_visa', 'pm_card_visa', 'pm_card_declined', 'pm_card_capture_fails'];

interface Placed {
  buyer: Person;
  id: string;
  method: string;
  /** It has a line of a product that runs out. */
  scarce: boolean;
  cancelled?: boolean;
}

/** Places one order as a careful client does: sends it again under the same key until somebody answers for good. */
async function place(n: number): Promise<Placed> {
  const buyer = buyers[n % buyers.length] as Person;
  const scarce = n % 4 === 0;
  const chosen = [2 * (n % 3), ...(scarce ? [2 * (n % 3) + 1] : [])];
  const method = methods[n % methods.length] as string;
  const items = chosen.map((i) => ({ product: products[i] as Product }));
  return eventually(async () => {
    const { status, body } = await buyer.tryOrder(items, { key: `order-${n}`, method });
    if (status !== 201) throw new Error(`answered ${status} ${body.code}`);
    return { buyer, id: body.id, method, scarce };
  }, 90_000);
}

/** What may have become of an order, by what is known about it from outside. */
function endings({ method, scarce, cancelled }: Placed): string[] {
  const byCard = {
    pm_card_visa: 'CONFIRMED CAPTURED null',
    pm_card_declined: 'REJECTED CLEAR PAYMENT_DECLINED',
    pm_card_capture_fails: 'CANCELLED CLEAR CAPTURE_FAILED',
  }[method] as string;
  // A cancel that was accepted is the end of an order that still has a way to go; one that was refused came too late.
  const stopped = ['CANCELLED NONE BUYER', 'CANCELLED CLEAR BUYER'];
  const alone = method === 'pm_card_visa' && cancelled ? stopped : [byCard, ...(cancelled ? stopped : [])];
  return scarce ? [...alone, 'REJECTED NONE OUT_OF_STOCK'] : alone;
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
  const victims = ['order', 'store', 'payment', 'relay', 'postgres', 'auth', 'launcher'] as const;
  it.each<ProcessName | 'launcher'>(victims)(
    '%s',
    async (victim) => {
      const first = next;
      const placed: Placed[] = [];
      let kills = 0;
      const placing = Array.from({ length: 8 }, async () => {
        // As long as there are kills to come there are orders for them to hit.
        while (kills < 3 || next < first + 200) {
          placed.push(await place(next++));
          await sleep(20);
        }
      });
      const unfinished = `SELECT FROM orders.orders WHERE status IN ('PENDING', 'RESERVED', 'CANCELLING') LIMIT 1`;
      for (; kills < 3; kills++) {
        await sleep(300 + kills * 250);
        await eventually(async () => expect(await market.sql('order', unfinished)).toHaveLength(1));
        if (victim === 'launcher') await market.crash();
        else await market.kill(victim);
        if (victim === 'postgres')
          expect(market.said()).toContain('PostgreSQL ended, starting it again in 100 ms');
      }
      await Promise.all(placing);
      expect(placed.length).toBeGreaterThanOrEqual(200);
      // Some are cancelled while others are under way.
      await Promise.all(
        placed
          .filter((_, i) => i % 9 === 0)
          .map((one) =>
            eventually(async () => {
              const { status } = await one.buyer.cancel(one.id);
              if (![202, 409].includes(status)) throw new Error(`answered ${status}`);
              one.cancelled = status === 202;
            }, 30_000),
          ),
      );
      const report = await market.check();
      expect(report.results.filter(({ violations, skipped }) => violations.length > 0 || skipped)).toEqual(
        [],
      );
      expect(report.notes).toEqual([]);
      const rows = await market.sql<{ id: string; ending: string }>(
        'order',
        `SELECT id, concat_ws(' ', status, money, coalesce(reason, 'null')) AS ending FROM orders.orders WHERE id = ANY ($1)`,
        [placed.map(({ id }) => id)],
      );
      const endingOf = new Map(rows.map(({ id, ending }) => [id, ending]));
      const wrong = placed.filter((one) => !endings(one).includes(endingOf.get(one.id) ?? 'lost'));
      expect(wrong.map((one) => ({ ...one, buyer: undefined, ending: endingOf.get(one.id) }))).toEqual([]);
      expect(new Set(endingOf.values()).size).toBeGreaterThanOrEqual(3);
    },
    180_000,
  );
});
