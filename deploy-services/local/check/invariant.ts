/** One statement's rows, from one database's snapshot. */
export type Ask = <R>(sql: string) => Promise<R[]>;

/** An event as it was sent. */
export interface SentEvent {
  id: string;
  topic: string;
  key: string;
  type: string;
  version: number;
  /** A digest of payload, time and trace: what nobody needs to read here. */
  content: string;
}

export interface LoggedEvent extends SentEvent {
  partition: number;
  /** From 1. */
  position: number;
  /** How many partitions its topic had at the least when it came. */
  partitions: number;
  /** Of the days that the outboxes remember as well. */
  recent: boolean;
}

export interface Reader {
  topic: string;
  partition: number;
  /** The position of the next event. */
  next: number;
  /** Who reads here, if anybody, and the last position that is done. */
  grp: string | null;
  committed: number;
}

/** The event log, wherever it is, as it was no later than the databases. */
export interface EventLog {
  /** From when it is, as SQL: what has happened later may have come of events that it does not show. */
  asOf: string;
  /**
   * Whether an event may be there again: what reads the outboxes may end without having noted how far it was. Then the
   * first time counts, as it does for the consumers.
   */
  mayRepeat: boolean;
  /** Whether a position may hold no event, as on Kafka, where the end of a transaction takes one. */
  mayLeaveOut: boolean;
  /** How many partitions a topic has now. It may have had fewer: what is older is where it belonged then. */
  partitions(topic: string): number;
  /** Which partition a key of a topic belongs to when the topic has so many. */
  partitionOf(key: string, topic: string, partitions: number): number;
  /** All that is there, each partition in its order. */
  events(): Promise<LoggedEvent[]>;
  readers(): Promise<Reader[]>;
  /** How many of an outbox's events of the last day are not there yet. */
  missing(outbox: Ask, schema: string): Promise<number>;
  /** How many events a group has not read yet, all groups together. */
  unread(): Promise<number>;
}

/** The events of a log, each when it was there first. */
export function firstTimes({ mayRepeat }: EventLog, events: LoggedEvent[]): LoggedEvent[] {
  if (!mayRepeat) return events;
  const seen = new Set<string>();
  return events.filter(({ id }) => !seen.has(id) && seen.add(id));
}

/** Every database as it was at one moment each; several may be one. */
export interface Snapshots {
  auth: Ask;
  store: Ask;
  orders: Ask;
  payment: Ask;
  log: EventLog;
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

/** The content of a row, as SQL; `time` is the column that says when it was written. */
export const contentOf = (time: string) =>
  `md5(concat_ws('|', payload::text, extract(epoch FROM ${time}), coalesce(traceparent, '-')))`;

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
