import path from 'node:path';
import { connectDatabase, migrate } from '@msa-event-market/shared-sdk/db';
import { createServiceDatabase } from '@msa-event-market/shared-sdk/postgres';
import knex from 'knex';
import { expect, inject, test } from 'vitest';
import { root } from './folders.js';

const schemas = [
  ['service-auth/migrations', 'auth'],
  ['service-store/migrations', 'store'],
  ['service-order/migrations', 'orders'],
  ['service-payment/migrations', 'payment'],
  ['service-payment/migrations-sandbox', 'sandbox'],
] as const;

test.each(schemas)('%s goes up, down to nothing, and up again', async (folder, schema) => {
  const directory = path.join(root, folder);
  const { ownerUrl: url } = await createServiceDatabase({
    adminUrl: inject('postgresUrl'),
    database: `up_and_down_${schema}_${process.pid}`,
    schema,
  });
  await migrate({ url, directory, schema });
  const made = await everythingIn(url, schema);
  expect(made.length).toBeGreaterThan(1);

  await allDown(url, schema, directory);
  expect(await everythingIn(url, schema)).toEqual([]);

  await migrate({ url, directory, schema });
  expect(await everythingIn(url, schema)).toEqual(made);
});

/** But for partitions, of which there may be one more at midnight, and knex's own tables. */
async function everythingIn(url: string, schema: string): Promise<string[]> {
  const db = connectDatabase({ url });
  const { rows } = await db.query<{ name: string }>({
    text: `SELECT format('%s %s', relkind, relname) AS name FROM pg_class
             WHERE relnamespace = $1::regnamespace AND NOT relispartition AND relname NOT LIKE 'knex_%'
           UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = $1::regnamespace
           UNION ALL SELECT 'publication ' || pubname FROM pg_publication ORDER BY 1`,
    values: [schema],
  });
  await db.close();
  return rows.map(({ name }) => name);
}

async function allDown(url: string, schema: string, directory: string): Promise<void> {
  const db = knex({
    client: 'pg',
    connection: url,
    searchPath: [schema],
    migrations: { directory, loadExtensions: ['.js'], schemaName: schema },
  });
  await db.migrate.rollback(undefined, true).finally(() => db.destroy());
}
