/** One statement's rows, from one database's snapshot. */
export type Ask = <R>(sql: string) => Promise<R[]>;

/** Every database as it was at one moment each. On the embedded profile all but the provider's are one. */
export interface Snapshots {
  auth: Ask;
  store: Ask;
  orders: Ask;
  payment: Ask;
  log: Ask;
  sandbox: Ask;
}

export interface Finding {
  /** How many rows were looked at: a check of nothing proves nothing. */
  rows: number;
  /** What was compared with what, in words. */
  compared: string;
  violations: string[];
}

export interface Invariant {
  /** The number in the list of docs/invariants.md, and a letter for its part. */
  number: string;
  title: string;
  /** Compares databases, or needs the last event to be handled: only true when nothing is under way. */
  atRest: boolean;
  check(read: Snapshots): Promise<Finding>;
}

/** The outboxes forget after ten days and the log after seven: compared is what both still must have. */
export const recent = `now() - interval '6 days'`;

/** Longer than any transaction, and than the relay needs in good health. */
export const settled = `now() - interval '1 minute'`;

/** The rows of `sql` are the violations; each is described by its columns. `count` tells how many were looked at. */
export async function none(ask: Ask, compared: string, count: string, sql: string): Promise<Finding> {
  const [total] = await ask<{ n: number }>(`SELECT count(*)::int AS n FROM ${count}`);
  const rows = await ask<Record<string, unknown>>(sql);
  return { rows: total?.n ?? 0, compared, violations: rows.map(describe) };
}

export const describe = (row: Record<string, unknown>) =>
  Object.entries(row)
    .map(([column, value]) => `${column} ${value instanceof Date ? value.toISOString() : String(value)}`)
    .join(', ');

export const byKey = <R>(rows: R[], key: (row: R) => string): Map<string, R> =>
  new Map(rows.map((row) => [key(row), row]));
