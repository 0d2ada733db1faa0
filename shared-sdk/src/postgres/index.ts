export { stopForgottenPostgres } from './previous-server.js';
export { commandOf, isStill, type ProcessNote, processNote } from './process.js';
export {
  createServiceDatabase,
  eventsGroup,
  type ServiceDatabase,
  type ServiceDatabaseOptions,
} from './service-database.js';
export { type Postgres, type PostgresOptions, startPostgres } from './start-postgres.js';
export { freePort } from './start-server.js';
