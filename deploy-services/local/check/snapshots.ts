import { isTransient } from '@msa-event-market/shared-sdk/db';
import pg from 'pg';
import type { MarketFile } from '../market-file.js';
import { Problem } from '../problem.js';
import { byService } from '../topology.js';
import type { Ask, EventLog, Snapshots } from './invariant.js';
import type { KafkaLog } from './kafka-log.js';
import { connect } from './pg-client.js';
import { postgresLog } from './postgres-log.js';

/** Runs `work` on a snapshot of each database: one read-only transaction each, so that its rows fit each other. */
export type Open = <T>(work: (read: Snapshots) => Promise<T>) => Promise<T>;

/** The databases and the log of a market, for as long as `work` needs them. */
export async function withSnapshots<T>(
  { databases, log }: Pick<MarketFile, 'databases' | 'log'>,
  work: (open: Open) => Promise<T>,
): Promise<T> {
  if (log.kind === 'postgres') return work(snapshotsOf(databases));
  const { kafkaLog } = await import('./kafka-log.js');
  const topics = await kafkaLog(log);
  try {
    return await work(snapshotsOf(databases, topics));
  } finally {
    await topics.close();
  }
}

export const snapshotsOf =
  (
    { check, checkSandbox }: Pick<MarketFile['databases'], 'check' | 'checkSandbox'>,
    topics?: KafkaLog,
  ): Open =>
  async (work) => {
    const clients = new Map<string, pg.Client>(); // services that share a database share its snapshot
    try {
      const urls = [...new Set([...Object.values(check), checkSandbox])];
      const connecting = urls.map(async (url) => clients.set(url, await connect(url)));
      await Promise.allSettled(connecting); // or one that comes late would be left open
      await Promise.all(connecting);
      const log = topics && (await caughtUp(topics, clients.get(check.order) as pg.Client));
      // With its first statement a transaction takes its snapshot, not with BEGIN: all at the same moment, as near as
      // several databases can have one.
      await Promise.all(
        [...clients.values()].map((client) =>
          client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1'),
        ),
      );
      const asks = new Map([...clients].map(([url, client]) => [url, asking(client)]));
      const own = byService((name) => asks.get(check[name]) as Ask);
      return await work({
        auth: own.auth,
        store: own.store,
        orders: own.order,
        payment: own.payment,
        log: log ?? postgresLog(own.order),
        sandbox: asks.get(checkSandbox) as Ask,
      });
    } catch (error) {
      throw !(error instanceof Problem) && isTransient(error) ? gone(error as Error) : error;
    } finally {
      await Promise.all([...clients.values()].map((client) => client.end()));
    }
  };

/** The topics first: they must not know more than the outboxes that are read after them. */
async function caughtUp(topics: KafkaLog, client: pg.Client): Promise<EventLog> {
  const { rows } = await client.query<{ now: string }>('SELECT clock_timestamp()::text AS now');
  await topics.catchUp();
  return { ...topics, asOf: `'${rows[0]?.now}'` };
}

function gone(error: Error): Problem {
  let cause = error;
  while (cause.cause instanceof Error) cause = cause.cause;
  return new Problem(`PostgreSQL does not answer (${cause.message}): see npm run status`, { cause: error });
}

/** The embedded profile: all schemas in one database, the provider's book in another. */
export const oneDatabase = (market: Ask, sandbox: Ask): Snapshots => ({
  auth: market,
  store: market,
  orders: market,
  payment: market,
  log: postgresLog(market),
  sandbox,
});

/** One statement after the other, whoever asks. */
export function asking(client: pg.Client): Ask {
  let busy: Promise<unknown> = Promise.resolve();
  return (text) => {
    const answer = busy.then(async () => (await client.query({ text, types })).rows);
    busy = answer.catch(() => {});
    return answer;
  };
}

// bigint as number: sums of money and counts fit.
const int8 = 20;
const numeric = 1700;
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === int8 || oid === numeric ? Number : pg.types.getTypeParser(oid, format as 'text'),
} as pg.CustomTypesConfig;
