import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningMarket, startMarket } from './market.js';
import { available, type Person, type Product, somebody } from './people.js';

let market: RunningMarket;
let buyer: Person;
let product: Product;

beforeAll(async () => {
  market = await startMarket({
    env: { ORDER_DEADLINE_SECONDS: '3', SWEEP_SECONDS: '1', PROVIDER_TIMEOUT_SECONDS: '1' },
  });
  buyer = await somebody(market);
  product = await buyer.addProduct(await buyer.openStore(), 100);
}, 120_000);
afterAll(async () => {
  const report = await market.check();
  await market.stop();
  expect(report.results.filter(({ violations, skipped }) => violations.length > 0 || skipped)).toEqual([]);
}, 120_000);

it('an order whose payment does not come in time is EXPIRED, and what came late is paid back', async () => {
  const { id } = await buyer.order([{ product, quantity: 5 }], { method: 'pm_card_timeout' });
  expect(await buyer.until(id, 'EXPIRED', 90_000)).toMatchObject({ reason: 'DEADLINE' });
  expect(await available(buyer, product)).toBe(100);
}, 120_000);

it('an order that nobody answers is EXPIRED when the answers come after all', async () => {
  market.killNow('relay');
  const { id } = await buyer.order([{ product }]);
  expect(['EXPIRED', 'CONFIRMED']).toContain(
    (await buyer.until(id, ({ status }) => status === 'EXPIRED' || status === 'CONFIRMED', 60_000)).status,
  );
}, 90_000);
