import { setTimeout as sleep } from 'node:timers/promises';
import { registry } from '@msa-event-market/shared-sdk/metrics';
import { expect, test } from 'vitest';
import { backPressure } from '../../src/use-cases/back-pressure.js';

function under({ open = 0, refunds = 0, running = 0 }) {
  const load = { open, refunds, running };
  const pressure = backPressure({
    payments: { countOpen: async () => ({ all: load.open + load.refunds, ofNewOrders: load.open }) },
    operations: { running: () => load.running },
    most: 1_000,
    longestWaitMs: 300,
  });
  return { load, pressure };
}

test('up to the limit nobody waits', async () => {
  const { pressure } = under({ open: 1_000, running: 1_000 });
  await pressure.count();
  expect(pressure.room()).toBeUndefined();
});

test('refunds that wait for their next try, be they thousands, hold up no order', async () => {
  const { pressure } = under({ refunds: 5_000 });
  await pressure.count();
  expect(pressure.room()).toBeUndefined();
  expect((await registry.getSingleMetric('payment_operations_open')?.get())?.values[0]?.value).toBe(5_000);
});

test.each([{ open: 1_001 }, { running: 1_001 }])('above the limit the consumer waits: %o', async (load) => {
  const { pressure } = under(load);
  await pressure.count();
  expect(pressure.room()).toBeInstanceOf(Promise);
});

test('the wait ends when there is room', async () => {
  const { pressure, load } = under({ running: 1_001 });
  let ended = false;
  const wait = pressure.room()?.then(() => {
    ended = true;
  });
  await sleep(60);
  expect(ended).toBe(false);
  load.running = 10;
  await wait;
});

test('the wait ends even if there is none: a cancellation may be next in line', async () => {
  const { pressure } = under({ running: 5_000 });
  const start = performance.now();
  await pressure.room();
  expect(performance.now() - start).toBeLessThan(2_000);
});
