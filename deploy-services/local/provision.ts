import path from 'node:path';
import { migrate } from '@msa-event-market/shared-sdk/db';
import { createServiceDatabase, type ServiceDatabase } from '@msa-event-market/shared-sdk/postgres';
import { createLogSchema } from '@msa-event-market/shared-sdk/relay';
import { type ServiceName, serviceNames, services } from './topology.js';

export interface Provisioned {
  databases: Record<ServiceName, ServiceDatabase>;
  sandbox: ServiceDatabase;
  relayUrl: string;
}

/**
 * One database for all services, a schema and roles for each, beside it the provider's own database: created where
 * they are missing, and brought up to date as their owners. A second start finds nothing to do.
 */
export async function provision(adminUrl: string, password: (role: string) => string): Promise<Provisioned> {
  const database = 'market';
  const [sandbox, ...own] = await Promise.all([
    createServiceDatabase({ adminUrl, database: 'sandbox', schema: 'sandbox', password }),
    ...serviceNames.map((name) =>
      createServiceDatabase({ adminUrl, database, schema: services[name].schema, password }),
    ),
  ]);
  const databases = Object.fromEntries(
    serviceNames.map((name, i) => [name, own[i]]),
  ) as Provisioned['databases'];
  const [{ relayUrl }] = await Promise.all([
    createLogSchema({ adminUrl, database, password }),
    migrate({
      url: sandbox.ownerUrl,
      schema: 'sandbox',
      directory: path.join(services.payment.folder, 'migrations-sandbox'),
    }),
    ...serviceNames.map((name) =>
      migrate({
        url: databases[name].ownerUrl,
        schema: services[name].schema,
        directory: path.join(services[name].folder, 'migrations'),
      }),
    ),
  ]);
  return { databases, sandbox, relayUrl };
}
