export { connectDatabase, type Database, type DatabaseOptions } from './database.js';
export { isTransient, violates } from './failures.js';
export { type MigrateOptions, migrate } from './migrate.js';
export { type Query, statement } from './statement.js';
export type { Rows, Tx } from './transaction.js';
export { timeOf, uuidv7 } from './uuidv7.js';
