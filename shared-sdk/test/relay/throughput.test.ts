import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TestDatabase } from '../../src/testing/index.js';
import { backlog, countOf, measure, sendBacklog } from '../fixtures/backlog.js';
import { newSlot, relayOf, send } from '../fixtures/log.js';
import { tallyDatabase } from '../fixtures/tally.js';

let t: TestDatabase;
beforeEach(async () => {
  t = await tallyDatabase();
});
afterEach(() => t.drop());

describe('a backlog of 20,000 events in the outbox', () => {
  it('is carried into the log in batches', async () => {
    const slot = newSlot();
    await (await relayOf(t, slot)).stop();
    await sendBacklog((events) => send(t.db, events));

    const relay = await relayOf(t, slot);
    const logged = async () =>
      (await t.admin.query<{ n: number }>({ text: 'SELECT count(*) AS n FROM events.log' })).rows[0]?.n;
    await measure('outbox to log', async () => (await logged()) === backlog);
    await relay.stop();
    expect(await countOf('relay_delay_seconds')).toBeLessThanOrEqual(backlog / 100); // a transaction at the least
  }, 120_000);
});
