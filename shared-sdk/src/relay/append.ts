import { type Database, statement } from '../db/index.js';
import type { OutboxRow } from './follow.js';
import { formatLsn } from './lsn.js';
import { partitionOf } from './partitions.js';

// One statement is one transaction: positions, events, how far we are, and the wake-up of the readers.
const appendToLog = statement(
  'log_append',
  `WITH event AS (
     SELECT * FROM unnest($1::text[], $2::int[], $3::uuid[], $4::text[], $5::text[], $6::int[], $7::timestamptz[], $8::text[], $9::jsonb[])
       WITH ORDINALITY e(topic, partition, id, key, type, version, occurred_at, traceparent, payload, ord)
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
     UPDATE events.relay_position SET lsn = $11::pg_lsn WHERE slot = $10
   )
   SELECT pg_notify('log_' || topic, '') FROM (SELECT DISTINCT topic FROM batch) topics`,
);

/** Appends whole transactions to the log, with the end of the last one as the place to go on after a restart. */
export async function append(db: Database, slot: string, events: OutboxRow[], end: bigint): Promise<void> {
  await db.query(
    appendToLog([
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
    ]),
  );
}
