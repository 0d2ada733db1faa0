import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningMarket, startMarket } from './market.js';
import { available, type Person, type Product, somebody } from './people.js';

let market: RunningMarket;
let buyer: Person;
let product: Product;

beforeAll(async () => {
  market = await startMarket({ env: { ORDER_DEADLINE_SECONDS: '1.5', SWEEP_SECONDS: '0.2' } });
  buyer = await somebody(market);
  product = await buyer.addProduct(await buyer.openStore(), 100);
}, 120_000);
afterAll(async () => {
  const report = await market.check();
  await market.stop();
  expect(report.results.filter(({ violations, skipped }) => violations.length > 0 || skipped)).toEqual([]);
}, 120_000);

it('an order whose payment comes too late is EXPIRED: what the provider had authorised is voided', async () => {
  const { id } = await buyer.order([{ product, quantity: 5 }], { method: 'pm_card_slow' });
  const order = await buyer.until(id, 'EXPIRED');
  expect(order.reason).toBe('DEADLINE');
  expect(order.history.map(({ trigger, effect }) => `${trigger} ${effect}`)).toContain(
    'PaymentAuthorized noted',
  );
  expect(await available(buyer, product)).toBe(100);
  const [payment] = await market.sql(
    'payment',
    'SELECT status, captured FROM payment.payment WHERE order_id = $1',
    [id],
  );
  expect(payment).toEqual({ status: 'VOIDED', captured: '0' });
  const { status, body } = await buyer.cancel(id);
  expect([status, body.code]).toEqual([409, 'INVALID_ORDER_STATE']);
});

it('an order that nobody hears of in time is EXPIRED: the answers that come after all change nothing', async () => {
  market.signal('relay', 'SIGSTOP');
  const { id } = await buyer.order([{ product }]);
  await buyer.until(id, 'CANCELLING');
  await sleep(500);
  market.signal('relay', 'SIGCONT');
  const order = await buyer.until(id, 'EXPIRED');
  expect(order.history.map(({ trigger, effect }) => `${trigger} ${effect}`)).toEqual([
    'Place applied',
    'Deadline applied',
    'StockReserved noted',
    'StockReleased applied',
  ]);
  expect(await available(buyer, product)).toBe(100);
});
