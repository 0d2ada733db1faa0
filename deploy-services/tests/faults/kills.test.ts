import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type RunningMarket, startMarket } from '../system/market.js';
import { final } from '../system/people.js';
import { chance, fraction, seed } from './chance.js';
import { type Crowd, crowdIn, placeOrders } from './load.js';

const ordersPerSecond = 100;
/** So few would be no load: a third of what a kill's turn has room for. */
const ordersPerKill = 30;
const restWithinSeconds = 240;
const onStack = process.env.MARKET_PROFILE === 'stack';

let market: RunningMarket;
let crowd: Crowd;

beforeAll(async () => {
  market = await startMarket();
  crowd = await crowdIn(market);
});
afterAll(() => market.stop());

/** Events of the log that an earlier series has seen. */
let logged = 0;

/** Resolves when an order that was placed just now has been at the store and at the provider, and is back. */
async function isAtWork(): Promise<void> {
  const [now] = await market.sql('order', 'SELECT clock_timestamp() AS moment');
  await eventually(async () => {
    const back = await market.sql(
      'order',
      `SELECT FROM orders.orders o JOIN orders.order_history h ON h.order_id = o.id
       WHERE o.created_at > $1 AND trigger IN ('PaymentAuthorized', 'PaymentDeclined') LIMIT 1`,
      [now?.moment],
    );
    expect(back).toHaveLength(1);
  }, 120_000);
}

// The relay is Kafka Connect on the stack.
const victims = [
  { victim: 'relay', kills: 20 },
  ...(onStack ? [{ victim: 'broker', kills: 10 } as const] : []),
  { victim: 'postgres', kills: 10 },
  { victim: 'order', kills: 10 },
  { victim: 'store', kills: 10 },
  { victim: 'payment', kills: 10 },
] as const;

describe(`kills under ${ordersPerSecond} orders a second lose nothing and do nothing twice (seed ${seed})`, () => {
  it.each(victims)('$victim', async ({ victim, kills }) => {
    const next = chance(victim);
    const times = Math.max(1, Math.round(kills * fraction));
    const load = placeOrders(crowd, ordersPerSecond);
    const began = performance.now();
    try {
      for (let kill = 0; kill < times; kill++) {
        await sleep(200 + next() * 2_000);
        await market.kill(victim);
        // One kill hits a market that is just coming back, the next one that is at work again: were it always the
        // first, nothing would get on, and after 2,000 orders that wait no more would be taken.
        if (kill % 2 === 0) await isAtWork();
      }
    } finally {
      await load.stop();
    }
    const seconds = (performance.now() - began) / 1_000;
    const placed = load.placed();
    const rate = Math.round(placed.length / seconds);
    process.stdout.write(`${victim}: ${times} kills in ${seconds.toFixed(0)} s, ${rate} orders a second\n`);

    // Nothing lost or invented (6), each key in its order (7), no effect twice or missing (8), and all the rest.
    const report = await market.check(restWithinSeconds);
    const wrong = report.results.filter(({ violations, skipped }) => violations.length > 0 || skipped);
    expect(wrong).toEqual([]);
    expect(report.notes).toEqual([]);
    expect(placed.length).toBeGreaterThan(ordersPerKill * times);
    const { rows = 0 } = report.results.find(({ number }) => number === '6') ?? {};
    expect(rows - logged).toBeGreaterThan(2 * placed.length);
    logged = rows;
    const found = await market.sql<{ id: string; status: string }>(
      'order',
      'SELECT id, status FROM orders.orders WHERE id = ANY ($1)',
      [placed],
    );
    expect(found).toHaveLength(new Set(placed).size); // each that somebody was told of
    expect(found.filter(({ status }) => ![...final, 'CONFIRMED'].includes(status))).toEqual([]);
  });
});
