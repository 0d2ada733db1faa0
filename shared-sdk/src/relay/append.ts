import { type Database, statement, violates } from '../db/index.js';
import type { OutboxRow } from './follow.js';
import { formatLsn } from './lsn.js';
import { partitionOf } from './partitions.js';

// One statement is one transaction: positions, events, how far we are, and the wake-up of the readers. A channel's name
// has at the most 63 bytes; readers of a longer topic find its events when they look by themselves.
const appending = (events: string) => `
   WITH event AS (
     ${events}
   ), batch AS (
     SELECT topic, partition, count(*) AS n FROM event GROUP BY topic, partition
   ), reserved AS (
     INSERT INTO events.log_partition AS p (topic, partition, next) SELECT topic, partition, n + 1 FROM batch ORDER BY topic, partition
     ON CONFLICT (topic, partition) DO UPDATE SET next = p.next + excluded.next - 1
     RETURNING p.topic, p.partition, p.next
   ), appended AS (
     INSERT INTO events.log (topic, partition, position, event_id, key, type, version, occurred_at, traceparent, payload)
     SELECT topic, partition, r.next - b.n - 1 + row_number() OVER (PARTITION BY topic, partition ORDER BY ord),
            id, key, type, version, occurred_at, traceparent, payload
     FROM event JOIN batch b USING (topic, partition) JOIN reserved r USING (topic, partition)
   ), moved AS (
     UPDATE events.relay_position SET lsn = greatest(lsn, $11::pg_lsn) WHERE slot = $10
   )
   SELECT pg_notify('log_' || topic, '') FROM (SELECT DISTINCT topic FROM batch) topics WHERE octet_length(topic) < 60`;

const given = `unnest($1::text[], $2::int[], $3::uuid[], $4::text[], $5::text[], $6::int[], $7::timestamptz[], $8::text[], $9::jsonb[])
       WITH ORDINALITY e(topic, partition, id, key, type, version, occurred_at, traceparent, payload, ord)`;

const appendAll = statement('log_append', appending(`SELECT * FROM ${given}`));

const appendNew = statement(
  'log_append_new',
  appending(`SELECT DISTINCT ON (topic, partition, id) * FROM ${given}
     WHERE NOT EXISTS (SELECT FROM events.log l WHERE l.topic = e.topic AND l.partition = e.partition AND l.event_id = e.id)
     ORDER BY topic, partition, id, ord`),
);

/**
 * Appends whole transactions to the log, with the end of the last one as the place to go on after a restart. An event
 * whose id the log has already (two relays for a moment, a producer that used an id twice) is left out: failing would
 * stop everything behind it for ever.
 */
export async function append(db: Database, slot: string, events: OutboxRow[], end: bigint): Promise<void> {
  const values = [
    events.map((event) => event.aggregatetype),
    events.map((event) => partitionOf(event.aggregateid)),
    events.map((event) => event.id),
    events.map((event) => event.aggregateid),
    events.map((event) => event.type),
    events.map((event) => event.version),
    events.map((event) => event.created_at),
    events.map((event) => event.traceparent),
    events.map((event) => event.payload),
    slot,
    formatLsn(end),
  ];
  try {
    await db.query(appendAll(values));
  } catch (error) {
    if (!violates(error, 'log_topic_partition_event_id_key')) throw error;
    await db.query(appendNew(values));
  }
}
