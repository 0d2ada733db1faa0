import { statement, timeOf } from '../db/index.js';
import type { Message } from './message.js';
import type { Poison } from './parse.js';

/** No index takes a text of more than 2.7 KB. */
export const longestKey = 255;

/** PostgreSQL's text holds any character but this one. */
const storable = (text: string) => text.slice(0, 2_000).replaceAll('\0', '\ufffd');
const keyOf = ({ key }: Message) =>
  storable(key.length > longestKey ? `${key.slice(0, longestKey - 1)}…` : key);
/** Cut short two ids could become one, and a message would be lost: so its place comes first. */
const idOf = ({ id, topic, partition, position }: Message) =>
  storable(id.length > longestKey ? `${topic}/${partition}/${position} ${id}`.slice(0, longestKey) : id);

/**
 * Takes messages into the inbox and returns the ids that are new to this consumer, and those (`behind`) whose key has
 * an earlier parked message: they must wait behind it. An id from before the inbox's oldest partition cannot be
 * remembered: it counts as new, and the business keys (one reservation an order, one payment an order) guard it.
 * $1 consumer, $2 ids, $3 topics, $4 keys, $5 positions. The ids are sorted, so that two batches never deadlock.
 */
export const takeNew = statement<{ id: string; behind: boolean }>(
  'inbox_take_new',
  `WITH incoming AS MATERIALIZED (
     SELECT id, EXISTS (SELECT FROM parked p WHERE p.consumer = $1 AND p.topic = m.topic AND p.key = m.key
                        AND p.position <= m.position) AS behind
     FROM unnest($2::uuid[], $3::text[], $4::text[], $5::bigint[]) m(id, topic, key, position)
   ), taken AS (
     INSERT INTO inbox (consumer, message_id)
     SELECT $1, id FROM incoming WHERE NOT behind AND id >= (SELECT inbox_from FROM retention) ORDER BY id
     ON CONFLICT DO NOTHING RETURNING message_id
   )
   SELECT message_id AS id, false AS behind FROM taken
   UNION ALL SELECT id, behind FROM incoming WHERE behind OR id < (SELECT inbox_from FROM retention)`,
);

/**
 * $1 consumer, $2 whether they wait behind an earlier parked message of their key, then one array a column. The ids come
 * twice, as UUIDs where they are: compared as texts they would find no index, and each park would read the whole inbox.
 * Who comes behind a message that somebody asked to replay is replayed with it, and so is who came behind one that was
 * discarded or replayed while we looked: nobody else would ever take it up again.
 */
const insertParked = statement(
  'parked_insert',
  `INSERT INTO parked (consumer, topic, partition, position, key, message_id, reason, error, message, replay_requested_at)
   SELECT $1, m.topic, m.partition, m.position, m.key, m.message_id, m.reason, m.error, m.message,
     CASE WHEN $2::boolean AND before.n = 0 THEN now() ELSE before.asked END
   FROM unnest($3::text[], $4::int[], $5::bigint[], $6::text[], $7::text[], $8::uuid[], $9::text[], $10::text[], $11::json[])
     m(topic, partition, position, key, message_id, id, reason, error, message)
   CROSS JOIN LATERAL (SELECT count(*) AS n, max(p.replay_requested_at) AS asked FROM parked p
                       WHERE p.consumer = $1 AND p.topic = m.topic AND p.key = m.key AND p.position < m.position) before
   WHERE NOT EXISTS (SELECT FROM inbox i WHERE i.consumer = $1 AND i.message_id = m.id)
   ON CONFLICT DO NOTHING`,
);

/** Parks messages with their reasons, unless they are handled or parked already. */
export function park(group: string, poison: Poison[], areBehind = false) {
  const rows = poison.map(({ message, reason, error }) => [
    message.topic,
    message.partition,
    message.position,
    keyOf(message),
    idOf(message),
    timeOf(message.id) === undefined ? null : message.id,
    reason,
    storable(error),
    JSON.stringify(message),
  ]);
  const columns = rows[0]?.map((_, i) => rows.map((row) => row[i])) ?? [];
  return insertParked([group, areBehind, ...columns]);
}

/** Counts a start of one message alone; returns how many had no end so far, this one included. */
export const countAttempt = statement<{ attempts: number }>(
  'attempt_count',
  `INSERT INTO attempt (consumer, message_id, attempts) VALUES ($1, $2, 1)
   ON CONFLICT (consumer, message_id) DO UPDATE SET attempts = attempt.attempts + 1 RETURNING attempts`,
);
/** The start had an end, if not a good one: only those without one say that a message ends its process. */
export const uncountAttempt = statement(
  'attempt_uncount',
  `WITH last AS (DELETE FROM attempt WHERE consumer = $1 AND message_id = $2 AND attempts = 1)
   UPDATE attempt SET attempts = attempts - 1 WHERE consumer = $1 AND message_id = $2 AND attempts > 1`,
);
export const forgetAttempt = statement(
  'attempt_forget',
  'DELETE FROM attempt WHERE consumer = $1 AND message_id = $2',
);

/**
 * Notes that a run of these partitions begins, and says of which the last one did not end in order. `mark` is the
 * transaction that wrote the row: it is another one once somebody else has begun. $2 topics, $3 partitions.
 */
export const beginRun = statement<{ topic: string; partition: number; mark: string; unclean: boolean }>(
  'run_begin',
  `WITH mine AS (SELECT * FROM unnest($2::text[], $3::int[]) m(topic, partition)),
   before AS (SELECT topic, partition, clean FROM run JOIN mine USING (topic, partition) WHERE consumer = $1),
   begun AS (INSERT INTO run (consumer, topic, partition, clean) SELECT $1, topic, partition, false FROM mine
             ON CONFLICT (consumer, topic, partition) DO UPDATE SET clean = false
             RETURNING topic, partition, xmin::text AS mark)
   SELECT topic, partition, mark, before.clean IS FALSE AS unclean FROM begun LEFT JOIN before USING (topic, partition)`,
);
/** Whether a run of a partition has ever begun. $2 topic, $3 partition. */
export const findRun = statement(
  'run_find',
  'SELECT FROM run WHERE consumer = $1 AND topic = $2 AND partition = $3',
);
/** A run that somebody else has begun meanwhile is not ours to end. $2 topics, $3 partitions, $4 marks. */
export const endRun = statement(
  'run_end',
  `UPDATE run SET clean = true FROM unnest($2::text[], $3::int[], $4::text[]) m(topic, partition, mark)
   WHERE run.consumer = $1 AND run.topic = m.topic AND run.partition = m.partition AND run.xmin = m.mark::xid`,
);

export interface ParkedRow {
  message_id: string;
  message: unknown;
}

/** Parked messages that somebody asked to replay, in order. $1 consumer, $2 topics, $3 partitions. */
export const toReplay = statement<ParkedRow>(
  'parked_to_replay',
  `SELECT message_id, message FROM parked
   WHERE consumer = $1 AND replay_requested_at IS NOT NULL
     AND (topic, partition) IN (SELECT * FROM unnest($2::text[], $3::int[]))
   ORDER BY topic, partition, position LIMIT 100`,
);
/**
 * Takes a message out and asks for those behind it: one that was being parked while somebody asked has not seen the
 * request, which has not seen it, and nobody else would ever take it up again.
 */
export const unpark = statement(
  'parked_unpark',
  `WITH gone AS (DELETE FROM parked WHERE consumer = $1 AND message_id = $2 RETURNING topic, key, position)
   UPDATE parked p SET replay_requested_at = now() FROM gone
   WHERE p.consumer = $1 AND p.topic = gone.topic AND p.key = gone.key AND p.position > gone.position
     AND p.replay_requested_at IS NULL`,
);

const keep = statement(
  'parked_keep',
  `UPDATE parked p SET replay_requested_at = NULL,
     reason = CASE WHEN p.message_id = $2 THEN $3 ELSE p.reason END, error = CASE WHEN p.message_id = $2 THEN $4 ELSE p.error END
   FROM parked failed
   WHERE failed.consumer = $1 AND failed.message_id = $2
     AND p.consumer = $1 AND p.topic = failed.topic AND p.key = failed.key AND p.position >= failed.position`,
);

/** A replay failed: it and what waits behind it stay parked, until somebody asks again. */
export const keepParked = (group: string, messageId: string, { reason, error }: Omit<Poison, 'message'>) =>
  keep([group, messageId, reason, storable(error)]);
