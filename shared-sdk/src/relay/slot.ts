import pg from 'pg';
import { type Database, statement } from '../db/index.js';
import { AppError } from '../errors/index.js';
import { parseLsn } from './lsn.js';

const readPosition = statement<{ system_id: string; lsn: string }>(
  'relay_position_read',
  'SELECT system_id, lsn::text FROM events.relay_position WHERE slot = $1',
);
const readSlot = statement<{ found: boolean }>(
  'relay_slot_read',
  'SELECT true AS found FROM pg_replication_slots WHERE slot_name = $1',
);

/**
 * Makes the slot at the first start, and returns up to where its transactions are in the log already. Refuses when the
 * slot is gone or belongs to another server: what was committed meanwhile would be missing without a word.
 */
export async function prepareSlot(db: Database, url: string, slot: string): Promise<bigint> {
  const [position, found, systemId] = await Promise.all([
    db.query(readPosition([slot])),
    db.query(readSlot([slot])),
    systemIdentifier(url),
  ]);
  const known = position.rows[0];
  if (known && known.system_id !== systemId) {
    throw new AppError(
      'RELAY_OTHER_SERVER',
      'internal',
      `the log was written from server ${known.system_id}, this is ${systemId}: its positions may have gone back`,
    );
  }
  if (known && found.rows.length === 0) {
    throw new AppError(
      'RELAY_SLOT_LOST',
      'internal',
      `replication slot ${slot} is gone; events committed since ${known.lsn} are in the outbox tables only`,
    );
  }
  if (known) return parseLsn(known.lsn);
  if (found.rows.length === 0) {
    await db.query({ text: `SELECT pg_create_logical_replication_slot($1, 'pgoutput')`, values: [slot] });
  }
  await db.query({
    text: `INSERT INTO events.relay_position (slot, system_id, lsn) VALUES ($1, $2, '0/0') ON CONFLICT DO NOTHING`,
    values: [slot, systemId],
  });
  return 0n;
}

async function systemIdentifier(url: string): Promise<string> {
  const options = { connectionString: url, replication: 'database', connectionTimeoutMillis: 5_000 };
  const client = new pg.Client(options as pg.ClientConfig);
  client.on('error', () => {});
  try {
    await client.connect();
    return (await client.query('IDENTIFY_SYSTEM')).rows[0].systemid;
  } finally {
    await client.end();
  }
}
