import pg from 'pg';
import { type Database, statement } from '../db/index.js';
import { AppError } from '../errors/index.js';
import { formatLsn, parseLsn } from './lsn.js';

const readPlace = statement<{ system_id: string; lsn: string; carrying: boolean }>(
  'relay_position_read',
  'SELECT system_id, lsn::text, carry_from IS NOT NULL AS carrying FROM events.relay_position WHERE slot = $1',
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
const writePlace = statement(
  'relay_position_write',
  `INSERT INTO events.relay_position AS p (slot, system_id, lsn) VALUES ($1, $2, $3)
   ON CONFLICT (slot) DO UPDATE SET lsn = greatest(p.lsn, excluded.lsn), carry_from = NULL`,
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

/** Notes that the slot's transactions up to `lsn` are in the log, and that nothing is left to carry over. */
export const notePlace = (db: Database, slot: string, systemId: string, lsn: string) =>
  db.query(writePlace([slot, systemId, lsn]));

interface Place {
  systemId: string;
  lsn: bigint;
  /** What the outboxes held before the slot is being carried over, or was until somebody was killed. */
  carrying: boolean;
}

export async function placeOf(db: Database, slot: string): Promise<Place | undefined> {
  const [found] = (await db.query(readPlace([slot]))).rows;
  return found && { systemId: found.system_id, lsn: parseLsn(found.lsn), carrying: found.carrying };
}

/**
 * Up to where the slot's transactions are in the log already; undefined when the slot has still to be made: there never
 * was one, or whoever made it did not come to an end. Refuses when it is gone or belongs to another server: what was
 * committed meanwhile would be missing without a word.
 */
export async function durablePosition(db: Database, url: string, slot: string): Promise<bigint | undefined> {
  const known = await placeOf(db, slot); // first: on another relay's slot it may move while we ask the server
  const [state, server] = await Promise.all([slotState(db, slot), withReplication(url, identify)]);
  if (known && known.systemId !== server.systemId) {
    throw new AppError(
      'RELAY_OTHER_SERVER',
      'internal',
      `the log was written from server ${known.systemId}, this is ${server.systemId}: its positions may have gone back. ${wayOut}`,
    );
  }
  if (state !== 'usable' && known?.carrying) return undefined;
  if (state === 'lost' || (known && state === 'none')) {
    throw new AppError(
      'RELAY_SLOT_LOST',
      'internal',
      `replication slot ${slot} is ${state === 'lost' ? 'no longer usable' : 'gone'}; ` +
        `events committed since ${known ? formatLsn(known.lsn) : 'its beginning'} are in the outbox tables only. ${wayOut}`,
    );
  }
  if (known && known.lsn > server.written) {
    throw new AppError(
      'RELAY_AHEAD',
      'internal',
      `the log has reached ${formatLsn(known.lsn)}, and this server only ${formatLsn(server.written)}: it was set back, ` +
        `and what it commits up to there would be taken for known. ${wayOut}`,
    );
  }
  if (state === 'none') return undefined;
  if (!known || known.carrying) await notePlace(db, slot, server.systemId, '0/0');
  return known?.lsn ?? 0n;
}

const wayOut = 'repairSlot() carries over what the log lacks, see docs/relay.md';

/** Which server this is, and up to where its write-ahead log is on its disk. */
export async function identify(replication: pg.Client): Promise<{ systemId: string; written: bigint }> {
  const { systemid, xlogpos } = (await replication.query('IDENTIFY_SYSTEM')).rows[0];
  return { systemId: systemid, written: parseLsn(xlogpos) };
}

/** A connection that speaks the replication protocol, for as long as `work` takes. */
export async function withReplication<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const options = {
    connectionString: url,
    replication: 'database',
    connectionTimeoutMillis: 5_000,
    keepAlive: true, // it may hold a temporary slot for long, and says nothing meanwhile
  };
  const client = new pg.Client(options as pg.ClientConfig);
  client.on('error', () => {});
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end();
  }
}
