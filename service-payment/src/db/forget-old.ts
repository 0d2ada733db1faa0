import type { Database } from '@msa-event-market/shared-sdk/db';

/** Deletes what is only kept to recognise repetitions: idempotency keys for a day, ids of webhooks for a month. */
export const forgetOld = (db: Database) => async (): Promise<void> => {
  await db.query({ text: `DELETE FROM idempotency WHERE created_at < now() - interval '24 hours'` });
  await db.query({ text: `DELETE FROM webhook WHERE received_at < now() - interval '30 days'` });
};
