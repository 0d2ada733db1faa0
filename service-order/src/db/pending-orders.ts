import { type Database, statement } from '@msa-event-market/shared-sdk/db';
import { gauge } from '@msa-event-market/shared-sdk/metrics';
import { errors } from '../domain/errors.js';

const countPending = statement<{ n: number }>(
  'order_count_pending',
  `SELECT count(*) AS n FROM (SELECT FROM orders WHERE status = 'PENDING' LIMIT $1) pending`,
);
const pending = gauge(
  'orders_pending',
  'Orders that wait for service-store, counted up to the limit of admission.',
);
const longestQueue = 100;

/**
 * Back-pressure: while more orders wait than `most`, or too many requests wait for a connection, new ones are told to
 * come back. Age alone does not close the shop: one order that is parked must not.
 */
export function admission(db: Database, most: number) {
  let n = 0;
  return {
    admit() {
      if (n > most || db.waiting() > longestQueue) throw errors.TOO_MANY_PENDING();
    },
    /** Run it each second. */
    async refresh() {
      n = (await db.query(countPending([most + 1]))).rows[0]?.n ?? 0;
      pending.set(n);
    },
  };
}
