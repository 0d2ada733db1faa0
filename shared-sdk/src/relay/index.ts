export { partitionsPerTopic } from './append.js';
export { createLogSchema, type LogSchema, type LogSchemaOptions } from './log-schema.js';
export { type Relay, type RelayOptions, startRelay } from './relay.js';
