import { requireMarket } from '../market-file.js';
import { readOptions } from '../options.js';
import { Problem } from '../problem.js';
import type { Finding, Invariant } from './invariant.js';
import { log } from './log.js';
import { money } from './money.js';
import { orders } from './orders.js';
import { waitForRest } from './rest.js';
import { type Open, snapshotsOf } from './snapshots.js';
import { stock } from './stock.js';

export const help = `npm run check -- [options]
Compares the databases, the event log and the payment provider’s book of a running market with each other.
Exit 1 when something is wrong.

  --data-dir DIR   of the market (default .market)
  --wait N         seconds to wait for rest (default 60): some comparisons hold only when nothing is under way
  --json           the result as JSON`;

export const invariants: Invariant[] = [...money, ...stock, ...orders, ...log];

export interface Result extends Finding {
  number: string;
  title: string;
  /** Why it was not looked at. */
  skipped?: string;
}

export interface Report {
  ok: boolean;
  results: Result[];
  /** Not wrong by themselves, yet somebody should look. */
  notes: string[];
}

/** Checks every invariant on one snapshot; those that need rest are skipped while something is under way. */
export async function checkMarket(
  open: Open,
  { waitSeconds = 60, say = (_line: string) => {} } = {},
): Promise<Report> {
  const left = await waitForRest(open, waitSeconds, say);
  return open(async (read) => {
    const results: Result[] = [];
    for (const { number, title, atRest, check } of invariants) {
      if (atRest && left.length > 0)
        results.push({
          number,
          title,
          rows: 0,
          compared: '',
          violations: [],
          skipped: `still under way: ${left.join(', ')}`,
        });
      else results.push({ number, title, ...(await check(read)) });
    }
    const parked = await Promise.all(
      (['store', 'orders', 'payment'] as const).map(async (schema) => {
        const [row] = await read[schema]<{ n: number }>(`SELECT count(*)::int AS n FROM ${schema}.parked`);
        return row?.n ? [`${row.n} messages are parked in ${schema}`] : [];
      }),
    );
    const [old] = await read.orders<{ n: number }>(
      `SELECT count(*)::int AS n FROM orders.orders WHERE status = 'CANCELLING' AND updated_at < now() - interval '5 minutes'`,
    );
    const notes = [
      ...parked.flat(),
      ...(old?.n ? [`${old.n} orders have been CANCELLING for more than 5 minutes`] : []),
    ];
    const ok = results.every(({ violations, skipped }) => violations.length === 0 && !skipped);
    return { ok, results, notes };
  });
}

const shown = 5;

export async function check(args: string[]): Promise<number> {
  const { values, dataDir } = readOptions(args, {
    wait: { type: 'string', default: '60' },
    json: { type: 'boolean' },
  });
  const waitSeconds = Number(values.wait);
  if (!Number.isFinite(waitSeconds) || waitSeconds < 0)
    throw new Problem('--wait takes a number of seconds.');
  const { databases } = requireMarket(dataDir);
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const report = await checkMarket(snapshotsOf(databases), { waitSeconds, say });
  if (values.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else print(report);
  return report.ok ? 0 : 1;
}

function print({ ok, results, notes }: Report): void {
  const out = (line: string) => void process.stdout.write(`${line}\n`);
  for (const { number, title, rows, compared, violations, skipped } of results) {
    const verdict = skipped ? 'SKIPPED' : violations.length > 0 ? 'WRONG  ' : 'right  ';
    out(`${verdict} ${number.padEnd(3)} ${title}`);
    out(`             ${skipped ?? `${rows} ${compared}`}`);
    for (const violation of violations.slice(0, shown)) out(`           - ${violation}`);
    if (violations.length > shown) out(`           - and ${violations.length - shown} more`);
  }
  for (const note of notes) out(`note: ${note}`);
  const wrong = results.filter(({ violations }) => violations.length > 0).length;
  const skipped = results.filter((result) => result.skipped).length;
  out(
    ok
      ? `\nAll ${results.length} invariants hold.`
      : `\n${wrong} of ${results.length} invariants are violated${skipped ? `, ${skipped} could not be checked` : ''}.`,
  );
}
