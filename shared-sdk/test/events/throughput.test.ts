import { describe, expect, it } from 'vitest';
import { startConsumers } from '../../src/events/index.js';
import { backlog, countOf, measure, sendBacklog } from '../fixtures/backlog.js';
import { testGroup } from '../fixtures/group.js';
import { quiet } from '../fixtures/log.js';
import { tallyConsumer } from '../fixtures/tally.js';

// On the embedded log, or with MARKET_TEST_KAFKA on Kafka.

describe('a backlog of 20,000 events in the log', () => {
  const g = testGroup();
  const count = async (text: string) => (await g.t.admin.query<{ n: number }>({ text })).rows[0]?.n ?? 0;

  it('is worked off in batches by a consumer that writes a row and an event for each', async () => {
    await sendBacklog(g.log.send);
    await g.log.arrived();
    const { url, topicPrefix, group } = g.log;
    const consumers = startConsumers({
      url,
      topicPrefix,
      db: g.t.db,
      consumers: [tallyConsumer({}, group)],
      logger: quiet,
    });
    await measure(
      'log to effect',
      async () => (await count('SELECT coalesce(sum(n), 0) AS n FROM tally.tally')) >= backlog,
    );
    await consumers.stop();

    expect(await count('SELECT count(*) AS n FROM tally.outbox')).toBe(backlog * 2);
    expect(await countOf('events_batch_size')).toBeLessThan(backlog / 100);
  }, 120_000);
});
