export { createLogSchema, type LogSchema, type LogSchemaOptions } from './log-schema.js';
export { partitionOf, partitionsPerTopic } from './partitions.js';
export { type Relay, type RelayOptions, startRelay } from './relay.js';
export { type RepairOptions, repairSlot } from './repair-slot.js';
export { relayVariables, runRelay } from './run-relay.js';
