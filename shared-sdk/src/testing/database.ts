import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { inject } from 'vitest';
import { connectDatabase, type Database, migrate } from '../db/index.js';
import { createServiceDatabase } from '../postgres/index.js';
import { createLogSchema } from '../relay/index.js';

export interface TestDatabaseOptions {
  service: string;
  schema: string;
  /** The service's folder of migrations. */
  migrations: URL | string;
}

export interface TestDatabase {
  /** As the service's own role sees it. */
  db: Database;
  /** As a superuser, for looking and for planting. */
  admin: Database;
  url: string;
  ownerUrl: string;
  eventsUrl: string;
  relayUrl: string;
  adminUrl: string;
  drop(): Promise<void>;
}

const templates = new Map<string, Promise<string>>();

/**
 * A database of its own for a test file: the service's schema migrated, the event log beside it, empty. It is a copy
 * of a template that the first caller of a run makes.
 */
export async function testDatabase(options: TestDatabaseOptions): Promise<TestDatabase> {
  const server = inject('postgresUrl');
  const { service, schema } = options;
  const made = templates.get(service) ?? makeTemplate(server, options);
  templates.set(service, made);
  const template = await made;
  const database = `${service}_${randomUUID().replaceAll('-', '').slice(0, 12)}`;
  await asAdmin(server, (client) => client.query(`CREATE DATABASE ${database} TEMPLATE ${template}`));

  const urlOf = (role?: string) => {
    const url = new URL(server);
    url.pathname = `/${database}`;
    if (role) url.username = role;
    return url.href;
  };
  const [url, adminUrl] = [urlOf(schema), urlOf()];
  const db = connectDatabase({ url });
  const admin = connectDatabase({ url: adminUrl, poolSize: 2 });
  return {
    db,
    admin,
    url,
    adminUrl,
    ownerUrl: urlOf(`${schema}_owner`),
    eventsUrl: urlOf(`${schema}_events`),
    relayUrl: urlOf('relay'),
    async drop() {
      await Promise.all([db.close(), admin.close()]);
      await asAdmin(server, async (client) => {
        const slots = await client.query(
          'SELECT slot_name, active_pid FROM pg_replication_slots WHERE database = $1',
          [database],
        );
        for (const { slot_name, active_pid } of slots.rows) {
          if (active_pid) await client.query('SELECT pg_terminate_backend($1, 5000)', [active_pid]);
          await client.query('SELECT pg_drop_replication_slot($1)', [slot_name]);
        }
        await client.query(`DROP DATABASE ${database} WITH (FORCE)`);
      });
    },
  };
}

/** Several test files of a run may want the same template at once: one makes it, the others wait for the lock. */
async function makeTemplate(
  server: string,
  { service, schema, migrations }: TestDatabaseOptions,
): Promise<string> {
  const template = `template_${service}`;
  await asAdmin(server, async (client) => {
    await client.query('SELECT pg_advisory_lock(hashtext($1))', [template]);
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [
      `${template}_done`,
    ]);
    if (rowCount) return;
    await client.query(`DROP DATABASE IF EXISTS ${template} WITH (FORCE)`);
    const { ownerUrl } = await createServiceDatabase({ adminUrl: server, database: template, schema });
    await createLogSchema({ adminUrl: server, database: template });
    const directory = migrations instanceof URL ? fileURLToPath(migrations) : migrations;
    await migrate({ url: ownerUrl, directory, schema });
    await client.query(`ALTER DATABASE ${template} RENAME TO ${template}_done`);
  });
  return `${template}_done`;
}

async function asAdmin(server: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
