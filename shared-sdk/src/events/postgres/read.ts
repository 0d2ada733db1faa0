import { type Database, statement } from '../../db/index.js';
import { AppError } from '../../errors/index.js';
import type { Message } from '../message.js';
import type { Owned } from './members.js';

type Row = Omit<Message, 'occurredAt'> & { occurredAt: Date };

// The rank in its partition as the order: every partition gets its share of a batch, and what is cut off is the end
// of each, never its middle.
const readNext = statement<Row>(
  'log_read_next',
  `SELECT l.topic, l.partition, l.position, l.event_id AS id, l.key, l.type, l.version, l.occurred_at AS "occurredAt",
          l.traceparent, l.payload
   FROM unnest($1::text[], $2::int[], $3::bigint[]) mine(topic, partition, committed)
   CROSS JOIN LATERAL (
     SELECT *, position - mine.committed AS rank FROM events.log
     WHERE log.topic = mine.topic AND log.partition = mine.partition AND position > mine.committed
     ORDER BY position LIMIT $4
   ) l
   ORDER BY l.rank, l.topic, l.partition LIMIT $4`,
);

/** The next messages behind what each partition has committed, at the most `limit`; per partition in order. */
export async function read(db: Database, owned: Owned[], limit: number): Promise<Message[]> {
  const { rows } = await db.query(
    readNext([
      owned.map(({ topic }) => topic),
      owned.map(({ partition }) => partition),
      owned.map(({ committed }) => committed),
      limit,
    ]),
  );
  return rows.map((row) => ({ ...row, occurredAt: row.occurredAt.toISOString() }));
}

/** Moves each partition behind its messages. Positions have no gaps, so one that is missing is a message that is lost. */
export function advance(owned: Owned[], messages: Message[]): Owned[] {
  return owned.map((partition) => {
    let { committed } = partition;
    for (const message of messages) {
      if (message.topic !== partition.topic || message.partition !== partition.partition) continue;
      if (message.position !== committed + 1) {
        throw new AppError(
          'LOG_GAP',
          'internal',
          `${partition.topic}/${partition.partition} goes on at ${message.position} after ${committed}: events are missing`,
        );
      }
      committed = message.position;
    }
    return { ...partition, committed };
  });
}
