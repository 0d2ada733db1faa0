import type { Ask, Snapshots } from '../check/invariant.js';

/** What a market has, as a person counts it: the same on both sides of a move, row by row. */
const counted: [what: string, database: Exclude<keyof Snapshots, 'log'>, rows: string][] = [
  ['users', 'auth', 'auth.users'],
  ['stores', 'store', 'store.store'],
  ['products', 'store', 'store.product'],
  ['pieces of stock', 'store', 'store.stock'],
  ['reservations', 'store', 'store.reservation'],
  ['orders', 'orders', 'orders.orders'],
  ['steps of orders', 'orders', 'orders.order_history'],
  ['payments', 'payment', 'payment.payment'],
  ['entries of the ledger', 'payment', 'payment.ledger'],
  ['the provider’s book', 'sandbox', 'sandbox.book'],
];

export interface Contents {
  what: string;
  rows: number;
  /** Of every column of every row. */
  digest: string;
}

export const contentsOf = (read: Snapshots): Promise<Contents[]> =>
  Promise.all(
    counted.map(async ([what, database, rows]) => ({ what, ...(await digestOf(read[database], rows)) })),
  );

async function digestOf(ask: Ask, table: string): Promise<Omit<Contents, 'what'>> {
  const [found] = await ask<Omit<Contents, 'what'>>(
    `SELECT count(*)::int AS rows, md5(string_agg(row, '' ORDER BY row)) AS digest FROM (SELECT md5(t::text) AS row FROM ${table} t) all_rows`,
  );
  return found ?? { rows: 0, digest: '' };
}

/** What is not the same any more, in words. */
export const differences = (before: Contents[], after: Contents[]): string[] =>
  before.flatMap(({ what, rows, digest }, i) => {
    const now = after[i];
    if (now?.rows !== rows) return [`${what}: ${rows} before, ${now?.rows} after`];
    return now.digest === digest ? [] : [`${what}: ${rows} as before, but not the same`];
  });

export function table(before: Contents[], after: Contents[], invariants: number): string {
  const line = (what: string, was: string | number, is: string | number) =>
    `  ${what.padEnd(24)}${String(was).padStart(9)}${String(is).padStart(9)}\n`;
  return [
    line('', 'before', 'after'),
    ...before.map(({ what, rows }, i) => line(what, rows, after[i]?.rows ?? 0)),
    line('invariants that hold', invariants, invariants),
  ].join('');
}
