import { fileURLToPath } from 'node:url';
import pg from 'pg';

export interface MigrateOptions {
  /** Of the role that owns the schema. */
  url: string;
  /** Folder of knex migrations, plain ESM `.js` files. */
  directory: URL | string;
  schema: string;
  log?: (line: string) => void;
}

/**
 * Brings a schema up to date and returns the names of the migrations that ran. Several may be started at once:
 * an advisory lock lets one work while the others wait, and unlike a lock table it ends with its process. Partitions of
 * the outbox and the inbox are brought up to date as well.
 */
export async function migrate({ url, directory, schema, log = () => {} }: MigrateOptions): Promise<string[]> {
  const guard = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  guard.on('error', () => {}); // the server went: the migration's own connection says so
  await guard.connect();
  // Loaded here: only this command needs it, and a service would hold its 6 MB for nothing.
  const { default: knex } = await import('knex');
  const db = knex({
    client: 'pg',
    connection: { connectionString: url },
    searchPath: [schema],
    pool: {
      min: 0,
      max: 1,
      // PostgreSQL only notices between two statements that a client is gone. A long one of a killed migration would
      // keep its locks meanwhile, and hold up the next migration. A server on Windows refuses the setting.
      afterCreate: (client: pg.Client, done: (error: null) => void) =>
        client.query(`SET client_connection_check_interval = '1s'`, () => done(null)),
    },
    migrations: {
      directory: directory instanceof URL ? fileURLToPath(directory) : directory,
      loadExtensions: ['.js'],
      schemaName: schema,
    },
  });
  try {
    await guard.query('SET statement_timeout = 0; SET lock_timeout = 0');
    await guard.query('SELECT pg_advisory_lock(hashtext($1))', [`migrate ${schema}`]);
    // knex keeps a lock of its own in a table, and a killed migration would leave it taken for ever.
    await db.migrate.forceFreeMigrationsLock();
    const [, ran] = (await db.migrate.latest()) as [number, string[]];
    for (const name of ran) log(`${schema}: ${name}`);
    await maintainPartitions(guard, pg.escapeIdentifier(schema));
    return ran;
  } finally {
    await db.destroy();
    await guard.end();
  }
}

/** After a standstill of more than a week there is no partition for today, and the service could not write an event. */
async function maintainPartitions(client: pg.Client, schema: string): Promise<void> {
  const { rows } = await client.query('SELECT to_regprocedure($1) IS NOT NULL AS there', [
    `${schema}.maintain_partitions(date, integer, integer)`,
  ]);
  if (rows[0].there) await client.query(`SELECT ${schema}.maintain_partitions()`);
}
