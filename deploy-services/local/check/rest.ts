import { setTimeout as sleep } from 'node:timers/promises';
import type { Snapshots } from './invariant.js';
import type { Open } from './snapshots.js';

/** What is still under way, in words; empty when the market is at rest. */
export async function underWay(read: Snapshots): Promise<string[]> {
  const count = async (ask: Snapshots['log'], what: string, sql: string) => {
    const n = (await ask<{ n: number }>(`SELECT count(*)::int AS n FROM ${sql}`))[0]?.n ?? 0;
    return n > 0 ? [`${n} ${what}`] : [];
  };
  const outboxes = (['auth', 'store', 'orders', 'payment'] as const).map((schema) =>
    count(
      read[schema],
      `events of ${schema} on their way to the log`,
      `${schema}.outbox o WHERE created_at > now() - interval '1 day' AND NOT EXISTS (SELECT FROM events.log WHERE event_id = o.id)`,
    ),
  );
  const found = await Promise.all([
    ...outboxes,
    count(
      read.log,
      'events not yet read',
      `events.log l JOIN events.group_offset g USING (topic, partition) WHERE l.position > g.committed`,
    ),
    count(
      read.payment,
      'open operations of payments',
      `payment.operation WHERE status IN ('PENDING', 'UNKNOWN')`,
    ),
    count(
      read.orders,
      'orders in between',
      `orders.orders WHERE status IN ('PENDING', 'RESERVED', 'CANCELLING')`,
    ),
    count(
      read.orders,
      'confirmed orders not yet captured',
      `orders.orders WHERE status = 'CONFIRMED' AND money <> 'CAPTURED'`,
    ),
  ]);
  return found.flat();
}

/** Waits until nothing is under way, at the most `seconds`; returns what still is then. */
export async function waitForRest(
  open: Open,
  seconds: number,
  say: (line: string) => void,
): Promise<string[]> {
  const until = Date.now() + seconds * 1_000;
  for (let told = false; ; told = true) {
    const left = await open(underWay);
    if (left.length === 0 || Date.now() >= until) return left;
    if (!told) say(`waiting for the market to come to rest: ${left.join(', ')}`);
    await sleep(200);
  }
}
