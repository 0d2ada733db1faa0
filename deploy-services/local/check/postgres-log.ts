import { type Ask, type EventLog, type Logged, recent } from './invariant.js';

/** The log of the embedded profile: a table in the database of all services, as of the same moment. */
export const postgresLog = (market: Ask): EventLog => ({
  mayRepeat: false,
  events: () =>
    market<Logged>(
      `SELECT event_id AS id, topic, key, version, partition, position FROM events.log WHERE occurred_at > ${recent}
       ORDER BY topic, partition, position`,
    ),
  missing: (outbox, schema) =>
    only(
      outbox,
      `${schema}.outbox o WHERE created_at > now() - interval '1 day'
         AND NOT EXISTS (SELECT FROM events.log WHERE event_id = o.id)`,
    ),
  unread: () =>
    only(
      market,
      'events.log l JOIN events.group_offset g USING (topic, partition) WHERE l.position > g.committed',
    ),
});

const only = async (ask: Ask, from: string) =>
  (await ask<{ n: number }>(`SELECT count(*)::int AS n FROM ${from}`))[0]?.n ?? 0;
