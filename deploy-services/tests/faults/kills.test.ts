import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningMarket, startMarket } from '../system/market.js';
import { final } from '../system/people.js';
import { chance, fraction, seed } from './chance.js';
import { type Crowd, crowdIn, placeOrders } from './load.js';

const ordersPerSecond = 100;
const restWithinSeconds = 240;
const onStack = process.env.MARKET_PROFILE === 'stack';

let market: RunningMarket;
let crowd: Crowd;

beforeAll(async () => {
  market = await startMarket();
  crowd = await crowdIn(market);
});
afterAll(() => market.stop());

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
    const load = placeOrders(crowd, ordersPerSecond);
    const began = performance.now();
    const times = Math.max(1, Math.round(kills * fraction));
    for (let kill = 0; kill < times; kill++) {
      await sleep(200 + next() * 2_000);
      await market.kill(victim);
    }
    const seconds = (performance.now() - began) / 1_000;
    const placed = await load.stop();
    const report = await market.check(restWithinSeconds);
    const wrong = report.results.filter(({ violations, skipped }) => violations.length > 0 || skipped);
    expect(wrong).toEqual([]);
    expect(report.notes).toEqual([]);
    const left = await market.sql(
      'order',
      'SELECT id, status FROM orders.orders WHERE id = ANY ($1) AND status <> ALL ($2)',
      [placed, [...final, 'CONFIRMED']],
    );
    expect(left).toEqual([]);
    process.stdout.write(`${victim}: ${times} kills, ${placed.length} orders in ${seconds.toFixed(0)} s\n`);
  });
});
