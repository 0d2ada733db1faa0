import pg from 'pg';
import { connectDatabase, type Database } from '../db/index.js';
import { AppError } from '../errors/index.js';
import type { Logger } from '../logging/index.js';
import { append } from './append.js';
import type { OutboxRow } from './follow.js';
import { notePosition, slotState, systemIdOf, withReplication } from './slot.js';

export interface RepairOptions {
  /** Of the role `relay`. */
  url: string;
  publications: string[];
  slot?: string;
  logger: Logger;
}

/**
 * The way out of RELAY_SLOT_LOST and RELAY_OTHER_SERVER: makes the slot anew and carries over what the outboxes hold and
 * the log lacks. Nothing has to be stopped for it. Returns how many events it carried over; killed in the middle, it is
 * simply run again.
 */
export async function repairSlot({
  url,
  publications,
  slot = 'market_relay',
  logger,
}: RepairOptions): Promise<number> {
  const db = connectDatabase({ url, poolSize: 2 });
  try {
    const carried = await makeSlot(db, url, publications, slot);
    logger.info({ slot, events: carried }, 'the slot is repaired');
    return carried;
  } finally {
    await db.close();
  }
}

/**
 * Makes a slot such that the log and the slot together miss nothing: first a temporary one, whose snapshot shows exactly
 * what was committed before its first change; then the log gets what that snapshot has and it lacks; last the slot
 * itself appears, as a copy of the temporary one. A relay that waits for it cannot start too early.
 */
export async function makeSlot(
  db: Database,
  url: string,
  publications: string[],
  slot: string,
): Promise<number> {
  return withReplication(url, async (replication) => {
    await replication.query(`SELECT pg_advisory_lock(hashtext(${pg.escapeLiteral(`relay ${slot}`)}))`);
    const systemId = await systemIdOf(replication);
    const state = await slotState(db, slot);
    if (state === 'usable') {
      await notePosition(db, slot, systemId, '0/0'); // somebody was faster
      return 0;
    }
    if (state === 'lost') await run(db, 'SELECT pg_drop_replication_slot($1)', [slot]);

    const tables = await outboxes(db, publications);
    const temporary = `${slot}_in_the_making`;
    const { rows } = await replication.query(
      `CREATE_REPLICATION_SLOT ${pg.escapeIdentifier(temporary)} TEMPORARY LOGICAL pgoutput (SNAPSHOT 'export')`,
    );
    const { consistent_point: begin, snapshot_name: snapshot } = rows[0];
    const carried = await carryOver(db, slot, tables, snapshot);
    await run(db, 'SELECT pg_copy_logical_replication_slot($1, $2, false)', [temporary, slot]);
    await notePosition(db, slot, systemId, begin);
    return carried;
  });
}

const run = (db: Database, text: string, values: unknown[]) => db.query({ text, values });

/** The tables that the publications publish. Refuses when one does not exist: a slot older than it could not be read. */
async function outboxes(db: Database, publications: string[]): Promise<string[]> {
  const { rows } = await db.query<{ name: string; of: string }>({
    text: `SELECT pubname AS of, format('%I.%I', schemaname, tablename) AS name FROM pg_publication_tables WHERE pubname = ANY ($1)`,
    values: [publications],
  });
  const missing = publications.filter((publication) => !rows.some((row) => row.of === publication));
  if (missing.length > 0)
    throw new AppError('RELAY_NO_PUBLICATION', 'internal', `no such publication: ${missing.join(', ')}`);
  return [...new Set(rows.map(({ name }) => name))];
}

/**
 * Each key in the order of its versions. Rows from before the day of the log's newest event are left out: the log had
 * them, and may have let them go after their retention.
 */
async function carryOver(db: Database, slot: string, tables: string[], snapshot: string): Promise<number> {
  let carried = 0;
  await db.transaction(async (tx) => {
    tx.query({ text: 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY' });
    tx.query({ text: `SET TRANSACTION SNAPSHOT ${pg.escapeLiteral(snapshot)}` });
    for (const table of tables) {
      tx.query({
        text: `DECLARE lacking CURSOR FOR
               SELECT id, aggregatetype, aggregateid, type, version::text, payload::text, traceparent, created_at::text
               FROM ${table} o
               WHERE created_at > coalesce((SELECT max(occurred_at) FROM events.log) - interval '1 day', '-infinity')
                 AND NOT EXISTS (SELECT FROM events.log l WHERE l.topic = o.aggregatetype AND l.event_id = o.id)
               ORDER BY aggregatetype, aggregateid, o.version`,
      });
      for (;;) {
        const { rows } = await tx.query<OutboxRow>({ text: 'FETCH 500 FROM lacking' });
        if (rows.length === 0) break;
        await append(db, slot, rows, 0n);
        carried += rows.length;
      }
      tx.query({ text: 'CLOSE lacking' });
    }
  });
  return carried;
}
