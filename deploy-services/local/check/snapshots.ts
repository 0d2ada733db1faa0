import pg from 'pg';
import type { MarketFile } from '../market-file.js';
import { byService } from '../topology.js';
import type { Ask, Snapshots } from './invariant.js';
import type { KafkaLog } from './kafka-log.js';
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
    const clients: pg.Client[] = [];
    const open = async (url: string): Promise<Ask> => {
      const client = new pg.Client({ connectionString: url });
      clients.push(client);
      await client.connect();
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      return asking(client);
    };
    try {
      await topics?.catchUp(); // first: it must not know more than the outboxes that are read after it
      // Services that share a database share its snapshot.
      const urls = [...new Set([...Object.values(check), checkSandbox])];
      const opened = new Map(await Promise.all(urls.map(async (url) => [url, await open(url)] as const)));
      const own = byService((name) => opened.get(check[name]) as Ask);
      return await work({
        auth: own.auth,
        store: own.store,
        orders: own.order,
        payment: own.payment,
        log: topics ?? postgresLog(own.order),
        sandbox: opened.get(checkSandbox) as Ask,
      });
    } finally {
      await Promise.all(clients.map((client) => client.end()));
    }
  };

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
