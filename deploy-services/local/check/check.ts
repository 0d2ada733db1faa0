import { setTimeout as sleep } from 'node:timers/promises';
import { type MarketFile, requireMarket } from '../market-file.js';
import { readOptions } from '../options.js';
import { Problem } from '../problem.js';
import { effects } from './effects.js';
import { byKey, type Finding, type Invariant, type Snapshots } from './invariant.js';
import { keys } from './keys.js';
import { ledger } from './ledger.js';
import { log } from './log.js';
import { money } from './money.js';
import { orders, parts } from './orders.js';
import { underWay } from './rest.js';
import { type Open, withSnapshots } from './snapshots.js';
import { stock } from './stock.js';
import { versions } from './versions.js';
import { waiting } from './waiting.js';

export const help = `npm run check -- [options]
Compares the databases, the event log and the payment provider’s book of a running market with each other.
Exit 1 when something is wrong.

  --data-dir DIR   of the market (default .market)
  --wait N         seconds to wait for rest (default 60): some comparisons hold only when nothing is under way
  --json           the result as JSON`;

/** docs/invariants.md tells of each. */
export const invariants: Invariant[] = [
  ...ledger,
  ...money,
  ...stock,
  ...orders,
  ...versions,
  ...parts,
  ...log,
  ...effects,
  ...waiting,
  ...keys,
];

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

export interface CheckOptions {
  waitSeconds?: number;
  say?: (line: string) => void;
}

export const checkRunningMarket = (
  market: Pick<MarketFile, 'databases' | 'log'>,
  options: CheckOptions = {},
): Promise<Report> => withSnapshots(market, (open) => checkMarket(open, options));

/** What nobody stopped while the market was down is stopped within two turns of the sweeper. */
const sweptWithinMs = 10_000;

/**
 * Checks every invariant on one snapshot, as soon as one shows the market at rest. When none does in time, those that
 * need rest are skipped.
 */
export async function checkMarket(
  open: Open,
  { waitSeconds = 60, say = () => {} }: CheckOptions = {},
): Promise<Report> {
  const until = Date.now() + waitSeconds * 1_000;
  const swept = Date.now() + sweptWithinMs;
  const look = (at: Invariant[]) =>
    onceAtRest(open, { until, swept, say }, (read, left) => judge(read, left, at));
  const { results, notes } = await look(invariants);
  // Snapshots of several databases are never quite of one moment: of an order that came in between, one of them knows
  // and another does not. What is really wrong is so again.
  const doubtful = invariants.filter(
    ({ atRest, number }) => atRest && results.some((r) => r.number === number && r.violations.length > 0),
  );
  const again =
    doubtful.length > 0 ? byKey((await look(doubtful)).results, ({ number }) => number) : new Map();
  const found = results.map((result) => again.get(result.number) ?? result);
  const ok = found.every(({ violations, skipped }) => violations.length === 0 && !skipped);
  return { ok, results: found, notes };
}

/** Looks at the first snapshot that shows the market at rest; when time is up, at one that does not. */
async function onceAtRest<T>(
  open: Open,
  { until, swept, say }: { until: number; swept: number; say: (line: string) => void },
  work: (read: Snapshots, left: string[]) => Promise<T>,
): Promise<T> {
  for (let told = false; ; told = true) {
    // Looked for and checked in the same snapshot: by the next one somebody may have ordered again.
    const done = await open(async (read): Promise<{ result: T } | { left: string[] }> => {
      const now = Date.now();
      const left = await underWay(read, now < Math.min(until, swept));
      if (left.length === 0 || now >= until) return { result: await work(read, left) };
      return { left };
    });
    if ('result' in done) return done.result;
    if (!told) say(`waiting for the market to come to rest: ${done.left.join(', ')}`);
    await sleep(200);
  }
}

async function judge(read: Snapshots, left: string[], what: Invariant[]): Promise<Omit<Report, 'ok'>> {
  const results: Result[] = [];
  for (const { number, title, atRest, check } of what) {
    const unsettled = atRest && left.length > 0;
    const skipped = { rows: 0, compared: '', violations: [], skipped: `still under way: ${left.join(', ')}` };
    const found = unsettled ? skipped : await check(read).catch((cause) => failed(number, cause));
    results.push({ number, title, ...found });
  }
  return { results, notes: await notesOf(read) };
}

function failed(number: string, cause: unknown): never {
  if (cause instanceof Problem) throw cause;
  throw new Error(`invariant ${number} could not be looked at`, { cause });
}

async function notesOf(read: Snapshots): Promise<string[]> {
  const parked = await Promise.all(
    (['store', 'orders', 'payment'] as const).map(async (schema) => {
      const [row] = await read[schema]<{ n: number }>(`SELECT count(*)::int AS n FROM ${schema}.parked`);
      return row?.n ? [`${row.n} messages are parked in ${schema}`] : [];
    }),
  );
  const [old] = await read.orders<{ n: number }>(
    `SELECT count(*)::int AS n FROM orders.orders WHERE status = 'CANCELLING' AND updated_at < now() - interval '5 minutes'`,
  );
  return [
    ...parked.flat(),
    ...(old?.n ? [`${old.n} orders have been CANCELLING for more than 5 minutes`] : []),
  ];
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
  const market = requireMarket(dataDir);
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const report = await checkRunningMarket(market, { waitSeconds, say });
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
