import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { connectDatabase, type Database } from '../db/index.js';
import { AppError } from '../errors/index.js';
import type { Logger } from '../logging/index.js';
import { append } from './append.js';
import type { OutboxRow } from './follow.js';
import { identify, notePlace, placeOf, slotState, withReplication } from './slot.js';

export interface RepairOptions {
  /** Of the role `relay`. */
  url: string;
  publications: string[];
  slot?: string;
  logger: Logger;
}

/**
 * The way out of RELAY_SLOT_LOST, RELAY_OTHER_SERVER and RELAY_AHEAD: makes the slot anew and carries over what the
 * outboxes hold and the log lacks. Nothing has to be stopped for it. Returns how many events it carried over; killed in
 * the middle, it is simply run again.
 */
export async function repairSlot(options: RepairOptions): Promise<number> {
  const { url, slot = 'market_relay', logger } = options;
  const db = connectDatabase({ url, poolSize: 2 });
  try {
    const carried = await makeSlot(db, { ...options, slot });
    logger.info({ slot, events: carried }, 'the slot is repaired');
    return carried;
  } finally {
    await db.close();
  }
}

interface MakeOptions extends RepairOptions {
  slot: string;
  signal?: AbortSignal;
}

/**
 * Makes a slot such that the log and the slot together miss nothing: first a temporary one, whose snapshot shows exactly
 * what was committed before its first change; then the log gets what that snapshot has and it lacks; last the slot
 * itself appears, as a copy of the temporary one. A relay that waits for it cannot start too early.
 */
export async function makeSlot(db: Database, options: MakeOptions): Promise<number> {
  const { url, publications, slot } = options;
  return withReplication(url, async (replication) => {
    await waitForOurTurn(replication, options);
    const known = await placeOf(db, slot);
    const { systemId, written } = await identify(replication);
    const state = await slotState(db, slot);
    const doubtful = known && (known.systemId !== systemId || known.lsn > written);
    if (state === 'usable' && !doubtful) {
      await notePlace(db, slot, systemId, '0/0'); // somebody was faster
      return 0;
    }
    const tables = await outboxes(db, publications);
    if (state !== 'none') await run(db, 'SELECT pg_drop_replication_slot($1)', [slot]);
    await run(db, beginning, [slot, systemId]);

    const temporary = `${slot}_in_the_making`;
    const { rows } = await replication.query(
      `CREATE_REPLICATION_SLOT ${pg.escapeIdentifier(temporary)} TEMPORARY LOGICAL pgoutput (SNAPSHOT 'export')`,
    );
    const { consistent_point: begin, snapshot_name: snapshot } = rows[0];
    const carried = await carryOver(db, tables, snapshot, options);
    await run(db, 'SELECT pg_copy_logical_replication_slot($1, $2, false)', [temporary, slot]);
    await notePlace(db, slot, systemId, begin);
    return carried;
  });
}

/** The lock ends with its connection. Looked for again and again: a statement that waits would hold back vacuum. */
async function waitForOurTurn(replication: pg.Client, { slot, signal }: MakeOptions): Promise<void> {
  const lock = `SELECT pg_try_advisory_lock(hashtext(${pg.escapeLiteral(`relay ${slot}`)})) AS taken`;
  while (!(await replication.query(lock)).rows[0].taken) {
    await sleep(200);
    signal?.throwIfAborted();
  }
}

// The first look at the outboxes reads and sorts all that there is to carry over, before it gives its first row.
const patience = 3_600_000;

const run = (db: Database, text: string, values: unknown[]) =>
  db.query({ text, values, timeoutMs: patience });

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

// A new slot counts in this server's own log, from its start. Rows from before the day of the log's newest event are
// left out: the log had them, and may have let them go after their retention. A try before this one that did not come
// to an end has begun with the log as it was then, and so do we: what it appended says nothing of what it did not.
const beginning = `
  INSERT INTO events.relay_position AS p (slot, system_id, lsn, carry_from)
  SELECT $1, $2, '0/0', coalesce(max(occurred_at) - interval '1 day', '-infinity') FROM events.log
  ON CONFLICT (slot) DO UPDATE SET system_id = excluded.system_id, lsn = excluded.lsn,
                                   carry_from = coalesce(p.carry_from, excluded.carry_from)`;

/** Each key in the order of its versions. */
async function carryOver(
  db: Database,
  tables: string[],
  snapshot: string,
  { slot, logger, signal }: MakeOptions,
): Promise<number> {
  let carried = 0;
  let outbox: string | undefined;
  const telling = setInterval(
    () => logger.info({ slot, outbox, events: carried }, 'still carrying over what the log lacks'),
    10_000,
  );
  try {
    await db.transaction(async (tx) => {
      tx.query({ text: 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY' });
      tx.query({ text: `SET TRANSACTION SNAPSHOT ${pg.escapeLiteral(snapshot)}` });
      for (outbox of tables) {
        tx.query({
          text: `DECLARE lacking CURSOR FOR
                 SELECT id, aggregatetype, aggregateid, type, version::text, payload::text, traceparent, created_at::text
                 FROM ${outbox} o
                 WHERE created_at > (SELECT carry_from FROM events.relay_position WHERE slot = ${pg.escapeLiteral(slot)})
                   AND NOT EXISTS (SELECT FROM events.log l WHERE l.topic = o.aggregatetype AND l.event_id = o.id)
                 ORDER BY aggregatetype, aggregateid, o.version`,
        });
        for (;;) {
          signal?.throwIfAborted();
          const { rows } = await tx.query<OutboxRow>({
            text: 'FETCH 500 FROM lacking',
            timeoutMs: patience,
          });
          if (rows.length === 0) break;
          await append(db, slot, rows, 0n);
          carried += rows.length;
        }
        tx.query({ text: 'CLOSE lacking' });
      }
    });
  } finally {
    clearInterval(telling);
  }
  return carried;
}
