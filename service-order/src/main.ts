import { run } from '@msa-event-market/shared-sdk/service';
import { buildApp } from './app.js';
import { loadConfig } from './config.js';

await run(buildApp, loadConfig, {
  name: 'order',
  schema: 'orders',
  migrations: new URL('../migrations/', import.meta.url),
});
