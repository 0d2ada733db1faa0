import pg from 'pg';
import type { MarketFile } from '../market-file.js';
import type { Ask, Snapshots } from './invariant.js';

/** Runs `work` on a snapshot of each database: one read-only transaction each, so that its rows fit each other. */
export type Open = <T>(work: (read: Snapshots) => Promise<T>) => Promise<T>;

export const snapshotsOf =
  ({ check, checkSandbox }: MarketFile['databases']): Open =>
  async (work) => {
    const clients: pg.Client[] = [];
    const open = async (url: string): Promise<Ask> => {
      const client = new pg.Client({ connectionString: url, types });
      clients.push(client);
      await client.connect();
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      let busy: Promise<unknown> = Promise.resolve();
      return (sql) => {
        const answer = busy.then(async () => (await client.query(sql)).rows);
        busy = answer.catch(() => {});
        return answer;
      };
    };
    try {
      const [market, sandbox] = await Promise.all([open(check), open(checkSandbox)]);
      return await work({
        auth: market,
        store: market,
        orders: market,
        payment: market,
        log: market,
        sandbox,
      });
    } finally {
      await Promise.all(clients.map((client) => client.end()));
    }
  };

// bigint as number: sums of money and counts fit.
const int8 = 20;
const numeric = 1700;
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === int8 || oid === numeric ? Number : pg.types.getTypeParser(oid, format as 'text'),
} as pg.CustomTypesConfig;
