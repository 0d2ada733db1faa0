import { type Database, statement } from '@msa-event-market/shared-sdk/db';

const forget = statement(
  'idempotency_forget',
  `DELETE FROM idempotency WHERE (user_id, route, key) IN (
     SELECT user_id, route, key FROM idempotency WHERE created_at < now() - interval '24 hours' LIMIT 5000)`,
);

/** An Idempotency-Key is remembered for a day. */
export async function forgetKeys(db: Database): Promise<void> {
  while ((await db.query(forget())).rowCount === 5_000);
}
