export { type TestDatabase, type TestDatabaseOptions, testDatabase } from './database.js';
export { deliver, message, outboxOf } from './deliver.js';
