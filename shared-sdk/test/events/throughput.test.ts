import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startConsumers } from '../../src/events/index.js';
import type { TestDatabase } from '../../src/testing/index.js';
import { newSlot, quiet, relayOf, send, thing } from '../fixtures/log.js';
import { tallyConsumer, tallyDatabase } from '../fixtures/tally.js';

const events = 20_000;
const keys = 2_000;

let t: TestDatabase;
beforeEach(async () => {
  t = await tallyDatabase();
});
afterEach(() => t.drop());

const count = async (text: string) => (await t.admin.query<{ n: number }>({ text })).rows[0]?.n ?? 0;

/** Measures until `reached` says so, and prints it: a number that nobody sees is no measurement. */
async function measure(what: string, reached: () => Promise<boolean>): Promise<number> {
  const begun = performance.now();
  const cpu = process.cpuUsage();
  while (!(await reached())) await new Promise((resolve) => setTimeout(resolve, 20));
  const seconds = (performance.now() - begun) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  const perSecond = Math.round(events / seconds);
  console.log(`${what}: ${perSecond} events/s, ${Math.round((user + system) / events)} µs CPU of Node each`);
  return perSecond;
}

describe('a backlog of 20,000 events', () => {
  it('is worked off in batches: into the log, and by a consumer that writes a row and an event for each', async () => {
    const slot = newSlot();
    await (await relayOf(t, slot)).stop();
    for (let n = 1; n <= events / keys; n++)
      for (let from = 0; from < keys; from += 100)
        await send(
          t.db,
          Array.from({ length: 100 }, (_, i) => thing(`k${from + i}`, n)),
        );

    const relay = await relayOf(t, slot);
    const carried = await measure(
      'outbox to log',
      async () => (await count('SELECT count(*) AS n FROM events.log')) >= events,
    );
    await relay.stop();

    const consumers = startConsumers({
      url: t.eventsUrl,
      db: t.db,
      consumers: [tallyConsumer()],
      logger: quiet,
    });
    const consumed = await measure(
      'log to effect',
      async () => (await count('SELECT coalesce(sum(n), 0) AS n FROM tally.tally')) >= events,
    );
    await consumers.stop();

    expect(await count('SELECT count(*) AS n FROM tally.outbox')).toBe(events * 2);
    // Far below what an idle machine of two cores does (see docs/events.md): what falls below this goes one by one.
    expect(carried).toBeGreaterThan(2_500);
    expect(consumed).toBeGreaterThan(2_500);
  }, 120_000);
});
