export { append, type OutboxEvent } from './append.js';
export { maintainPartitions } from './maintain.js';
export { createEventingTables, dropEventingTables } from './tables.js';
