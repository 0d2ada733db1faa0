import pg from 'pg';
import type { MarketFile } from '../market-file.js';
import type { Ask, Snapshots } from './invariant.js';

/** Runs `work` on a snapshot of each database: one read-only transaction each, so that its rows fit each other. */
export type Open = <T>(work: (read: Snapshots) => Promise<T>) => Promise<T>;

export const snapshotsOf =
  ({ check, checkSandbox }: Pick<MarketFile['databases'], 'check' | 'checkSandbox'>): Open =>
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
      const [market, sandbox] = await Promise.all([open(check), open(checkSandbox)]);
      return await work(oneDatabase(market, sandbox));
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
  log: market,
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
