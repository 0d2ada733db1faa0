import { type Database, statement } from '@msa-event-market/shared-sdk/db';
import { gauge } from '@msa-event-market/shared-sdk/metrics';
import { errors } from '../domain/errors.js';
import type { Admission } from '../use-cases/ports.js';

const countWaiting = statement<{ pending: number; cancellingOld: number }>(
  'order_count_waiting',
  `SELECT (SELECT count(*) FROM (SELECT FROM orders WHERE status = 'PENDING' LIMIT $1) pending) AS pending,
     (SELECT count(*) FROM (SELECT FROM orders WHERE status = 'CANCELLING' AND updated_at < now() - interval '5 minutes'
                            LIMIT 1000) old) AS "cancellingOld"`,
);
const pending = gauge(
  'orders_pending',
  'Orders that wait for service-store, counted up to the limit of admission.',
);
const cancellingOld = gauge(
  'orders_cancelling_old',
  'Orders whose compensation has not been answered for five minutes, counted up to 1,000.',
);
const longestQueue = 100;
const mostUnderWay = 2_000;

/**
 * Back-pressure: while more orders wait than `most`, new ones are told to come back; so are those that come while too
 * many are being placed here, or wait for a connection. Age alone does not close the shop: one order that is parked
 * must not.
 */
export function admission(db: Database, most: number): Admission & { refresh(): Promise<void> } {
  let n = 0;
  let underWay = 0;
  return {
    // Orders being placed share few connections and wait for them in memory: the pool's queue does not show them.
    async withRoom(place) {
      if (underWay >= mostUnderWay || db.waiting() > longestQueue) throw errors.OVERLOADED();
      underWay++;
      try {
        return await place();
      } finally {
        underWay--;
      }
    },
    admit() {
      if (n > most) throw errors.TOO_MANY_PENDING();
    },
    /** Run it each second. */
    async refresh() {
      const counted = (await db.query(countWaiting([most + 1]))).rows[0];
      n = counted?.pending ?? 0;
      pending.set(n);
      cancellingOld.set(counted?.cancellingOld ?? 0);
    },
  };
}
