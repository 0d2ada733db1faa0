import type {} from '@msa-event-market/shared-sdk/testing/postgres'; // what `inject` knows
import pg from 'pg';
import { inject } from 'vitest';
import { checkMarket, type Report } from '../../local/check/check.js';
import type { Snapshots } from '../../local/check/invariant.js';
import { asking, type Open, oneDatabase, snapshotsOf } from '../../local/check/snapshots.js';
import { byService } from '../../local/topology.js';
import { makeHistory } from './history.js';
import { marketInProcess } from './market-in-process.js';
import type { Planted } from './planted/planted.js';

export interface PastMarket {
  /** With the role and the connections that `npm run check` uses. */
  open: Open;
  /** The checker's report from when the market still ran. */
  untouched: Report;
  /** A superuser in the database of all services, and one in that of the provider. */
  market: pg.Client;
  sandbox: pg.Client;
  /** Works on the market with something planted in it, which is taken out again. */
  withPlanted<T>(
    plant: Pick<Planted, 'market' | 'sandbox'>,
    work: (read: Snapshots) => Promise<T>,
  ): Promise<T>;
  close(): Promise<unknown>;
}

/** What a market has left that went through every way of an order, and has stopped. */
export async function marketOfThePast(): Promise<PastMarket> {
  const server = inject('postgresUrl');
  const inDatabase = (name: string) => Object.assign(new URL(server), { pathname: `/${name}` }).href;
  const running = await marketInProcess(server);
  let open: Open;
  let untouched: Report;
  try {
    await makeHistory(running, inDatabase('market'));
    const { databases, sandbox: book } = running.provisioned;
    open = snapshotsOf({
      check: byService((name) => databases[name].checkUrl),
      checkSandbox: book.checkUrl,
    });
    untouched = await checkMarket(open, { waitSeconds: 20 });
  } finally {
    await running.stop();
  }
  const market = new pg.Client({ connectionString: inDatabase('market') });
  const sandbox = new pg.Client({ connectionString: inDatabase('sandbox') });
  const both = [market, sandbox];
  await Promise.all(both.map((client) => client.connect()));
  return {
    open,
    untouched,
    market,
    sandbox,
    async withPlanted(plant, work) {
      await Promise.all(both.map((client) => client.query('BEGIN')));
      try {
        if (plant.market) await market.query(plant.market);
        if (plant.sandbox) await sandbox.query(plant.sandbox);
        return await work(oneDatabase(asking(market), asking(sandbox)));
      } finally {
        await Promise.all(both.map((client) => client.query('ROLLBACK')));
      }
    },
    close: () => Promise.all(both.map((client) => client.end())),
  };
}

export const violated = ({ results }: Report) =>
  results.filter(({ violations }) => violations.length > 0).map(({ number }) => number);
