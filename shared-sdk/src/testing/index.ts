export { type TestDatabase, type TestDatabaseOptions, testDatabase } from './database.js';
export { deliver, message, outboxOf } from './deliver.js';
export { type TestTokens, testTokens } from './tokens.js';
