import type { Database } from '@msa-event-market/shared-sdk/db';

/** Small batches, and rows that another replica is deleting are left to it. */
const forgettable = [
  `DELETE FROM idempotency WHERE ctid = ANY (ARRAY(
     SELECT ctid FROM idempotency WHERE created_at < now() - interval '24 hours' LIMIT 1000 FOR UPDATE SKIP LOCKED))`,
  `DELETE FROM webhook WHERE ctid = ANY (ARRAY(
     SELECT ctid FROM webhook WHERE received_at < now() - interval '30 days' LIMIT 1000 FOR UPDATE SKIP LOCKED))`,
];

/** Deletes what is only kept to recognise repetitions: idempotency keys for a day, ids of webhooks for a month. */
export const forgetOld = (db: Pick<Database, 'query'>) => async (): Promise<void> => {
  for (const text of forgettable) {
    while ((await db.query({ text })).rowCount === 1000);
  }
};
