import { type Query, statement, type Tx } from '@msa-event-market/shared-sdk/db';
import { errors } from '../domain/errors.js';
import type { Once } from '../use-cases/ports.js';

const insert = statement(
  'idempotency_insert',
  'INSERT INTO idempotency (user_id, route, key, body_hash) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
);
const find = statement<{ body_hash: string; response: object }>(
  'idempotency_find',
  'SELECT body_hash, response FROM idempotency WHERE user_id = $1 AND route = $2 AND key = $3',
);
const store = statement(
  'idempotency_store',
  'UPDATE idempotency SET response = $4 WHERE user_id = $1 AND route = $2 AND key = $3',
);
/**
 * Takes the key in the caller's transaction, or returns the response that it was given before. While another request
 * with the key is under way this waits for that one's transaction, for two seconds.
 */
export async function claim<R>(tx: Tx, { userId, route, key, bodyHash }: Once): Promise<R | undefined> {
  tx.query({ text: `SET LOCAL lock_timeout = '2s'` });
  const { rowCount } = await tx.query(insert([userId, route, key, bodyHash]));
  if (rowCount === 1) return undefined;
  const [known] = (await tx.query(find([userId, route, key]))).rows;
  if (known?.body_hash !== bodyHash) throw errors.IDEMPOTENCY_KEY_REUSED();
  return known.response as R;
}

export const remember = ({ userId, route, key }: Once, response: object): Query =>
  store([userId, route, key, JSON.stringify(response)]);

/** What a failure to claim means: the wait for the other request's transaction has taken too long. */
export const inFlight = (error: unknown): unknown =>
  (error as { code?: string }).code === '55P03' ? errors.IDEMPOTENCY_KEY_IN_FLIGHT(error) : error;
