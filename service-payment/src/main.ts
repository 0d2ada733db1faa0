import { run } from '@msa-event-market/shared-sdk/service';
import { buildApp } from './app.js';
import { loadConfig, migratesSandbox } from './config.js';

const sandbox = {
  migrations: new URL('../migrations-sandbox/', import.meta.url),
  schema: 'sandbox',
  variable: 'SANDBOX_MIGRATE_DATABASE_URL',
};

await run(buildApp, loadConfig, {
  name: 'payment',
  migrations: new URL('../migrations/', import.meta.url),
  schema: 'payment',
  alsoMigrates: migratesSandbox() ? [sandbox] : [],
});
