import { type Database, statement } from '../db/index.js';

// Small deletes: a long one would hold back vacuum and let the table grow that it wants to shrink. What a group has
// not read stays, however old it is.
const trim = statement(
  'log_trim',
  `DELETE FROM events.log l USING (
     SELECT topic, partition, position FROM events.log
     WHERE appended_at < now() - make_interval(days => $1)
       AND NOT EXISTS (SELECT FROM events.group_offset o
                       WHERE o.topic = log.topic AND o.partition = log.partition AND o.committed < log.position)
     ORDER BY topic, partition, position LIMIT 5000
   ) old WHERE l.topic = old.topic AND l.partition = old.partition AND l.position = old.position`,
);

/** Removes events older than `days` that every group has read; returns how many. The outboxes keep theirs longer. */
export async function trimLog(db: Database, days = 7): Promise<number> {
  return (await db.query(trim([days]))).rowCount;
}
