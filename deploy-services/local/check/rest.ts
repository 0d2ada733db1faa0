import { type Ask, type Snapshots, settled } from './invariant.js';
import { orphans } from './waiting.js';

/**
 * What is still under way, in words; empty when the market is at rest. Asked is what is about to move, not what state
 * orders are in: at rest an order that waits is stuck, and that is for an invariant to say. So is one that the sweeper
 * should have stopped, unless it may not have had its turn yet since the market was started (`unswept`).
 */
export async function underWay(read: Snapshots, unswept: boolean): Promise<string[]> {
  const since = unswept ? `'-infinity'` : settled;
  const some = (n: number, what: string) => (n > 0 ? [`${n} ${what}`] : []);
  const count = async (ask: Ask, what: string, from: string) => {
    const n = (await ask<{ n: number }>(`SELECT count(*)::int AS n ${from}`))[0]?.n ?? 0;
    return some(n, what);
  };
  const outboxes = (['auth', 'store', 'orders', 'payment'] as const).map(async (schema) =>
    some(await read.log.missing(read[schema], schema), `events of ${schema} on their way to the log`),
  );
  const found = await Promise.all([
    ...outboxes,
    read.log.unread().then((n) => some(n, 'events not yet read')),
    count(
      read.payment,
      'open operations of payments',
      `FROM payment.operation WHERE status IN ('PENDING', 'UNKNOWN')`,
    ),
    count(
      read.orders,
      'orders that the sweeper is about to stop',
      `FROM (SELECT id FROM orders.orders WHERE status IN ('PENDING', 'RESERVED') AND deadline_at BETWEEN ${since} AND now()
             UNION SELECT o.id ${orphans(`d.deleted_at >= ${since}`)}) o`,
    ),
  ]);
  return found.flat();
}
