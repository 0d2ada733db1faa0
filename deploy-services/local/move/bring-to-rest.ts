import { setTimeout as sleep } from 'node:timers/promises';
import type { Snapshots } from '../check/invariant.js';
import { underWay } from '../check/rest.js';
import type { Open } from '../check/snapshots.js';
import { Problem } from '../problem.js';

/** The stack is tried on the copies before they count, and meanwhile nobody may do anything at the provider. */
const trialMinutes = 10;

/**
 * Waits until nothing is under way: only then no event is left in an outbox or on its way to a consumer. What is parked
 * stays for ever, and a move would lose it: that is for a person to decide.
 */
export async function bringToRest(
  open: Open,
  waitSeconds: number,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const until = Date.now() + waitSeconds * 1_000;
  for (let told = ''; ; ) {
    const left = await open(async (read) => {
      await refuseParked(read);
      return [...(await underWay(read, true)), ...(await askedAboutSoon(read))];
    });
    if (left.length === 0) return;
    const now = left.join(', ');
    if (Date.now() >= until)
      throw new Problem(
        `The market has not come to rest in ${waitSeconds} s: ${now}. Wait longer, with --wait, or see to it in a market that runs.`,
      );
    if (now !== told) say(`still under way: ${now}`);
    told = now;
    await sleep(200, undefined, { signal });
  }
}

async function refuseParked(read: Snapshots): Promise<void> {
  const found = await Promise.all(
    (['store', 'orders', 'payment'] as const).map(async (schema) => {
      const [row] = await read[schema]<{ n: number }>(`SELECT count(*)::int AS n FROM ${schema}.parked`);
      return row?.n ? [`${row.n} in ${schema}`] : [];
    }),
  );
  const parked = found.flat();
  if (parked.length > 0)
    throw new Problem(
      `Messages are parked, and a move would lose them: ${parked.join(', ')}. Start the market, look at each (ListParked of market.ops.v1, at the service's gRPC address), replay or discard it, and move then.`,
    );
}

/** Payments that were given up, about which the provider is still asked now and then. */
async function askedAboutSoon({ payment }: Snapshots): Promise<string[]> {
  const [row] = await payment<{ n: number }>(
    `SELECT count(*)::int AS n FROM payment.operation
     WHERE status = 'ABANDONED' AND next_attempt_at < now() + interval '${trialMinutes} minutes'`,
  );
  return row?.n
    ? [`${row.n} payments that were given up and are asked about within ${trialMinutes} minutes`]
    : [];
}
