import { type Database, statement } from '../db/index.js';
import { trimLock } from './partitions.js';

// Positions follow the order of appending, so what is old is the beginning of a partition. What a group has not read
// stays, however old it is; so does the newest event of each partition: a repair knows by it how far the log once was.
// A subquery for each partition, since a planner without statistics would join the log with itself.
const endOfTheOld = statement<{ topic: string; partition: number; position: number | null }>(
  'log_end_of_the_old',
  `SELECT topic, partition,
     (SELECT max(position) FROM (
        SELECT position, appended_at FROM events.log l
        WHERE l.topic = p.topic AND l.partition = p.partition AND position < p.next - 1
          AND position <= coalesce((SELECT min(committed) FROM events.group_offset o
                                    WHERE o.topic = p.topic AND o.partition = p.partition), p.next)
        ORDER BY position LIMIT 1000) oldest
      WHERE appended_at < now() - make_interval(days => $1)) AS position
   FROM events.log_partition p`,
);
// Small deletes: a long one would hold back vacuum and let the table grow that it wants to shrink.
const trim = statement(
  'log_trim',
  'DELETE FROM events.log WHERE topic = $1 AND partition = $2 AND position <= $3',
);

// A group that joins between our look and our delete would begin with events that are gone. It takes the same lock.
const alone = statement('log_trim_alone', `SELECT pg_advisory_xact_lock(${trimLock})`);

/** Removes events older than `days` that every group has read; returns how many. The outboxes keep theirs longer. */
export async function trimLog(
  db: Database,
  { days = 7, signal }: { days?: number; signal?: AbortSignal } = {},
) {
  let trimmed = 0;
  while (!signal?.aborted) {
    const removed = await db.transaction(async (tx) => {
      tx.query(alone());
      const { rows } = await tx.query(endOfTheOld([days]));
      const old = rows.filter(({ position }) => position !== null);
      const deleted = await Promise.all(
        old.map(({ topic, partition, position }) => tx.query(trim([topic, partition, position]))),
      );
      return deleted.reduce((sum, { rowCount }) => sum + rowCount, 0);
    });
    if (removed === 0) break;
    trimmed += removed;
  }
  return trimmed;
}
