import pg from 'pg';
import { type Database, statement } from '../db/index.js';
import { AppError } from '../errors/index.js';
import { parseLsn } from './lsn.js';

const readPosition = statement<{ system_id: string; lsn: string }>(
  'relay_position_read',
  'SELECT system_id, lsn::text FROM events.relay_position WHERE slot = $1',
);
// Lost: PostgreSQL has thrown away changes that it still needed, as when it fell behind by max_slot_wal_keep_size.
const readSlot = statement<{ lost: boolean }>(
  'relay_slot_read',
  `SELECT coalesce(wal_status = 'lost', false) AS lost FROM pg_replication_slots WHERE slot_name = $1`,
);
const readLag = statement<{ lag: number }>(
  'relay_slot_lag',
  `SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)::bigint AS lag FROM pg_replication_slots WHERE slot_name = $1`,
);
const writePosition = statement(
  'relay_position_write',
  `INSERT INTO events.relay_position AS p (slot, system_id, lsn) VALUES ($1, $2, $3)
   ON CONFLICT (slot) DO UPDATE SET system_id = excluded.system_id, lsn = greatest(p.lsn, excluded.lsn)`,
);

export type SlotState = 'none' | 'usable' | 'lost';

export async function slotState(db: Database, slot: string): Promise<SlotState> {
  const [found] = (await db.query(readSlot([slot]))).rows;
  if (!found) return 'none';
  return found.lost ? 'lost' : 'usable';
}

/** Bytes of changes that PostgreSQL keeps for the slot; 0 without one. */
export const slotLag = async (db: Database, slot: string): Promise<number> =>
  (await db.query(readLag([slot]))).rows[0]?.lag ?? 0;

/** Notes that the slot's transactions up to `lsn` are in the log, and on which server. */
export const notePosition = (db: Database, slot: string, systemId: string, lsn: string) =>
  db.query(writePosition([slot, systemId, lsn]));

/**
 * Up to where the slot's transactions are in the log already; undefined when there never was such a slot. Refuses when
 * it is gone or belongs to another server: what was committed meanwhile would be missing without a word.
 */
export async function durablePosition(db: Database, url: string, slot: string): Promise<bigint | undefined> {
  const [position, state, systemId] = await Promise.all([
    db.query(readPosition([slot])),
    slotState(db, slot),
    withReplication(url, systemIdOf),
  ]);
  const known = position.rows[0];
  if (known && known.system_id !== systemId) {
    throw new AppError(
      'RELAY_OTHER_SERVER',
      'internal',
      `the log was written from server ${known.system_id}, this is ${systemId}: its positions may have gone back. ${wayOut}`,
    );
  }
  if (state === 'lost' || (known && state === 'none')) {
    throw new AppError(
      'RELAY_SLOT_LOST',
      'internal',
      `replication slot ${slot} is ${state === 'lost' ? 'no longer usable' : 'gone'}; ` +
        `events committed since ${known?.lsn ?? 'its beginning'} are in the outbox tables only. ${wayOut}`,
    );
  }
  if (known) return parseLsn(known.lsn);
  if (state === 'none') return undefined;
  await notePosition(db, slot, systemId, '0/0');
  return 0n;
}

const wayOut = 'repairSlot() carries over what the log lacks, see docs/relay.md';

export async function systemIdOf(replication: pg.Client): Promise<string> {
  return (await replication.query('IDENTIFY_SYSTEM')).rows[0].systemid;
}

/** A connection that speaks the replication protocol, for as long as `work` takes. */
export async function withReplication<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const options = { connectionString: url, replication: 'database', connectionTimeoutMillis: 5_000 };
  const client = new pg.Client(options as pg.ClientConfig);
  client.on('error', () => {});
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end();
  }
}
