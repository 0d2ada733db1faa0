import { partitionOf, partitionsPerTopic } from '@msa-event-market/shared-sdk/relay';
import { type Ask, contentOf, type EventLog, type LoggedEvent, type Reader, recent } from './invariant.js';

/** The log of the embedded profile: a table in the database of all services, as of the same moment. */
export const postgresLog = (market: Ask): EventLog => ({
  asOf: `'infinity'`, // it is in the same snapshot
  mayRepeat: false,
  mayLeaveOut: false,
  partitions: () => partitionsPerTopic,
  partitionOf: (key) => partitionOf(key),
  events: () =>
    market<LoggedEvent>(
      `SELECT event_id AS id, topic, key, type, version, ${contentOf('occurred_at')} AS content, partition, position, ${partitionsPerTopic} AS partitions,
         occurred_at > ${recent} AS recent
       FROM events.log ORDER BY topic, partition, position`,
    ),
  readers: () =>
    market<Reader>(
      `SELECT topic, partition, next, grp, committed FROM events.log_partition LEFT JOIN events.group_offset USING (topic, partition)`,
    ),
  missing: (outbox, schema) =>
    count(
      outbox,
      `${schema}.outbox o WHERE created_at > now() - interval '1 day'
         AND NOT EXISTS (SELECT FROM events.log WHERE event_id = o.id)`,
    ),
  unread: () =>
    count(
      market,
      'events.log l JOIN events.group_offset g USING (topic, partition) WHERE l.position > g.committed',
    ),
});

const count = async (ask: Ask, from: string) =>
  (await ask<{ n: number }>(`SELECT count(*)::int AS n FROM ${from}`))[0]?.n ?? 0;
