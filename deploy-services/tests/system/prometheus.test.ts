import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPrometheus } from '../../local/prometheus.js';
import { eventually, type RunningMarket, startMarket } from './market.js';
import { somebody } from './people.js';

const found = hasPrometheus();
if (!found)
  console.warn(
    'prometheus is not installed: that it can watch a market is NOT tested. Get it with "apt install prometheus"',
  );

interface Target {
  labels: { service: string };
  health: string;
  lastError: string;
}

describe.skipIf(!found)('the Prometheus of this machine', () => {
  let market: RunningMarket;
  beforeAll(async () => {
    market = await startMarket({ prometheus: true });
  }, 180_000);
  afterAll(() => market.stop(), 60_000);

  const ask = async <T>(path: string): Promise<T> => {
    const response = await fetch(`${market.urls.prometheus}/api/v1/${path}`);
    return ((await response.json()) as { data: T }).data;
  };
  const sumOf = async (query: string): Promise<number> => {
    const path = `query?query=${encodeURIComponent(query)}`;
    const { result } = await ask<{ result: { value: [number, string] }[] }>(path);
    return Number(result[0]?.value[1]);
  };

  it('reaches every process that has metrics', async () => {
    const withMetrics = ['auth', 'order', 'payment', 'store'];
    if (market.file().log.kind === 'postgres') withMetrics.push('relay');
    await eventually(async () => {
      const { activeTargets } = await ask<{ activeTargets: Target[] }>('targets');
      const seen = activeTargets.map(({ labels, health, lastError }) => [labels.service, health, lastError]);
      expect(seen.sort()).toEqual(withMetrics.sort().map((name) => [name, 'up', '']));
    }, 30_000);
  });

  it('knows what became of an order, and of the events about it', async () => {
    const buyer = await somebody(market);
    const product = await buyer.addProduct(await buyer.openStore(), 10);
    const { body } = await buyer.tryOrder([{ product }]);
    await buyer.paid(body.id);
    await eventually(async () => {
      expect(await sumOf('sum(saga_transitions_total{to="CONFIRMED"})')).toBe(1);
      expect(await sumOf('sum(events_consumed_total{group="store.reservations"})')).toBeGreaterThan(0);
      expect(await sumOf('sum(events_lag)')).toBe(0);
    }, 30_000);
  });

  it('is started again when it ends', async () => {
    const before = market.file().pids.prometheus as number;
    process.kill(before, 'SIGKILL');
    await eventually(async () => {
      expect(market.file().pids.prometheus).not.toBe(before);
      expect(await sumOf('sum(up)')).toBeGreaterThan(3);
    }, 30_000);
  });
});
