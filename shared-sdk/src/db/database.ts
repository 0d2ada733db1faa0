import pg from 'pg';
import type { Query } from './statement.js';
import { inOneStatement, inTransaction, type Rows, type Tx } from './transaction.js';

export interface DatabaseOptions {
  /** postgres://user:password@host:port/database of the service's own role. */
  url: string;
  /** A read replica, for reads that may be a little behind; without it they go to the primary. */
  replicaUrl?: string | undefined;
  /** Connections at the most, for each of primary and replica. Default 8. */
  poolSize?: number | undefined;
  /** Told of each connection that breaks, once; the pool replaces it by itself. By default `createService` logs it. */
  onError?: (error: Error) => void;
}

export interface Database {
  /** One statement in a transaction of its own, on the primary. */
  query<R>(query: Query<R>): Promise<Rows<R>>;
  /** One statement that may read a replica. */
  read<R>(query: Query<R>): Promise<Rows<R>>;
  /** See `inTransaction`. Never call another service inside. */
  transaction<T>(work: (tx: Tx) => T | Promise<T>): Promise<T>;
  /** Resolves when the primary answers. */
  ping(): Promise<void>;
  /** How many callers wait for a connection of the primary. */
  waiting(): number;
  /** Who is told of connections that break, unless `connectDatabase` was given an `onError`. */
  tellByDefault(onError: (error: Error) => void): void;
  close(): Promise<void>;
}

const int8 = 20;
const types = {
  // Counters and money fit a JS number; beyond 2^53 - 1 a rounded value would be worse than an error.
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    return oid === int8 ? toSafeInteger : pg.types.getTypeParser(oid, format as 'text');
  },
};
function toSafeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint out of the safe range: ${text}`);
  return value;
}

/** Connects lazily: it can be made while the server is down, and it recovers by itself when the server returns. */
export function connectDatabase({ url, replicaUrl, poolSize = 8, onError }: DatabaseOptions): Database {
  let tell = onError;
  const broken = new WeakSet<pg.ClientBase>();
  // The pool and the connection both say it of an idle one.
  const lost = (client: pg.ClientBase, error: Error) => {
    if (!broken.has(client)) tell?.(error);
    broken.add(client);
  };
  const open = (connectionString: string) => {
    const options = {
      connectionString,
      types,
      max: poolSize,
      pipeline: true, // a transaction's statements travel together; measured 1.3 to 2.3 times the throughput
      connectionTimeoutMillis: 5_000,
      query_timeout: 35_000, // above the roles' statement_timeout: only a server that does not answer at all meets it
      idleTimeoutMillis: 60_000,
      keepAlive: true,
    };
    const pool = new pg.Pool(options as pg.PoolConfig);
    pool.on('error', (error, client) => lost(client, error));
    // A connection that breaks while it is lent out fails its queries and says so here too; without a listener it
    // would end the process.
    pool.on('connect', (client) => client.on('error', (error) => lost(client, error)));
    return pool;
  };
  const primary = open(url);
  const replica = replicaUrl ? open(replicaUrl) : primary;

  return {
    query: (query) => inOneStatement(primary, query),
    read: (query) => inOneStatement(replica, query),
    transaction: (work) => inTransaction(primary, work),
    async ping() {
      await inOneStatement(primary, { text: 'SELECT 1' });
    },
    waiting: () => primary.waitingCount,
    tellByDefault(other) {
      tell ??= other;
    },
    async close() {
      await Promise.all([primary.end(), replica === primary ? undefined : replica.end()]);
    },
  };
}
