import type pg from 'pg';
import { withClient } from '../check/pg-client.js';
import { aggregates } from '../check/versions.js';
import { embeddedDatabase } from '../embedded/transport.js';
import { inDatabase } from '../provision.js';
import { stackDatabaseOf } from '../stack/outboxes.js';
import { publications, type ServiceName, serviceNames, services } from '../topology.js';

/**
 * Copies the one database of the embedded market, on which nobody works, to a database for each service of the stack.
 * The original is only read. Copies that are there are left from a move that did not come to its end.
 */
export async function copyDatabases(adminUrl: string, say: (line: string) => void): Promise<void> {
  await dropCopies(adminUrl);
  for (const name of serviceNames) {
    say(`copying service-${name} to a database of its own`);
    // As files: PostgreSQL would else write all of it to the WAL, four times, and the slot of the embedded relay, which
    // has to keep it, would be given up at 4 GB. And a copy has sequences, grants and statistics to the last bit.
    await inside(adminUrl, 'postgres', (client) =>
      client.query(
        `CREATE DATABASE ${stackDatabaseOf(name)} TEMPLATE ${embeddedDatabase} STRATEGY FILE_COPY`,
      ),
    );
    await inside(adminUrl, stackDatabaseOf(name), (client) => client.query(ownPart(name)));
  }
}

export const dropCopies = (adminUrl: string): Promise<void> =>
  inside(adminUrl, 'postgres', async (client) => {
    for (const name of serviceNames)
      await client.query(`DROP DATABASE IF EXISTS ${stackDatabaseOf(name)} WITH (FORCE)`); // with their slots
  });

/** When the stack has taken over: the database of the embedded market, the slot of its relay and the relay's role. */
export const dropOriginal = (adminUrl: string): Promise<void> =>
  inside(adminUrl, 'postgres', async (client) => {
    await client.query(`DROP DATABASE IF EXISTS ${embeddedDatabase} WITH (FORCE)`);
    await client.query('DROP ROLE IF EXISTS relay, events_owner');
  });

export const hasOriginal = (adminUrl: string): Promise<boolean> =>
  inside(adminUrl, 'postgres', async (client) => {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [embeddedDatabase]);
    return Boolean(rowCount);
  });

/**
 * Leaves in a copy what is its service's, and nothing that knows of the old log: events that were carried and handled
 * long ago, ids and places that mean nothing on the new topics. Rows go on counting their versions; from where on is
 * noted for the checker. One statement list, so one transaction.
 */
function ownPart(name: ServiceName): string {
  const { schema } = services[name];
  const others = serviceNames.filter((other) => other !== name).map((other) => services[other].schema);
  const foreign = publications.filter((publication) => publication !== `${name}_outbox`);
  const versions = aggregates[schema].map(
    ([topic, rows]) => `SELECT '${topic}' AS topic, key::text, version FROM (${rows}) row`,
  );
  return `
    DROP PUBLICATION ${foreign.join(', ')};
    DROP SCHEMA events, ${others.join(', ')} CASCADE;
    TRUNCATE ${['outbox', 'inbox', 'attempt', 'run'].map((table) => `${schema}.${table}`).join(', ')};
    CREATE SCHEMA moved;
    CREATE TABLE moved.version AS ${versions.join(' UNION ALL ')};
    ${name === 'order' ? 'CREATE TABLE moved.last_step AS SELECT coalesce(max(seq), 0) AS seq FROM orders.order_history;' : ''}`;
}

const inside = <T>(adminUrl: string, database: string, work: (client: pg.Client) => Promise<T>): Promise<T> =>
  withClient(inDatabase(adminUrl, database), work);
