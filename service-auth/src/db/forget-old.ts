import type { Database } from '@msa-event-market/shared-sdk/db';

/** Small batches, and rows that another replica is deleting are left to it. */
const forgettable = [
  `DELETE FROM sessions WHERE id = ANY (ARRAY(
     SELECT id FROM sessions WHERE ends_at < now() - interval '1 day' LIMIT 1000 FOR UPDATE SKIP LOCKED))`,
  `DELETE FROM refresh_tokens WHERE hash = ANY (ARRAY(
     SELECT hash FROM refresh_tokens WHERE expires_at < now() LIMIT 1000 FOR UPDATE SKIP LOCKED))`,
  `DELETE FROM sign_in_attempts WHERE bucket = ANY (ARRAY(
     SELECT bucket FROM sign_in_attempts WHERE until < now() LIMIT 1000 FOR UPDATE SKIP LOCKED))`,
];

/** Deletes what no longer matters: sessions that are over, refresh tokens past their time, counts of past windows. */
export const forgetOld = (db: Database) => async (): Promise<void> => {
  for (const text of forgettable) {
    while ((await db.query({ text })).rowCount === 1000);
  }
};
