import path from 'node:path';
import { migrate } from '@msa-event-market/shared-sdk/db';
import { createServiceDatabase, type ServiceDatabase } from '@msa-event-market/shared-sdk/postgres';
import { Problem } from './problem.js';
import { byService, type ServiceName, serviceNames, services } from './topology.js';

export interface Provisioned {
  databases: Record<ServiceName, ServiceDatabase>;
  sandbox: ServiceDatabase;
}

export interface ProvisionOptions {
  adminUrl: string;
  /** Of a role, by its name. */
  password(role: string): string;
  /** One for all services, or each its own. */
  databaseOf(name: ServiceName): string;
  /** The command that forgets all data. */
  forget: string;
  /** What else is to be created once the databases are there. */
  alongside(): Promise<unknown>;
}

/**
 * The services' databases, a schema and roles for each, and the provider's own: created where they are missing, and
 * brought up to date as their owners. A second start finds nothing to do.
 */
export async function provision({
  adminUrl,
  password,
  databaseOf,
  forget,
  alongside,
}: ProvisionOptions): Promise<Provisioned> {
  const [sandbox, ...own] = await Promise.all([
    createServiceDatabase({ adminUrl, database: 'sandbox', schema: 'sandbox', password }),
    ...serviceNames.map((name) =>
      createServiceDatabase({
        adminUrl,
        database: databaseOf(name),
        schema: services[name].schema,
        password,
      }),
    ),
  ]);
  const migrated = (options: { url: string; schema: string; directory: string }) =>
    migrate(options).catch((cause: Error) => {
      // knex: what has run here once is not among the files.
      if (!cause.message.includes('migration directory is corrupt')) throw cause;
      throw new Problem(
        `The data of ${options.schema} was made by another version of this checkout. Go back to that one, or forget the data: ${forget}`,
        { cause },
      );
    });
  const databases = byService((name) => own[serviceNames.indexOf(name)] as ServiceDatabase);
  await Promise.all([
    alongside(),
    migrated({
      url: sandbox.ownerUrl,
      schema: 'sandbox',
      directory: path.join(services.payment.folder, 'migrations-sandbox'),
    }),
    ...serviceNames.map((name) =>
      migrated({
        url: databases[name].ownerUrl,
        schema: services[name].schema,
        directory: path.join(services[name].folder, 'migrations'),
      }),
    ),
  ]);
  return { databases, sandbox };
}

/** The same server and user, in another database. */
export function inDatabase(url: string, database: string): string {
  const inside = new URL(url);
  inside.pathname = `/${database}`;
  return inside.href;
}
