import type { LogPlace, RelayUrls } from './market-file.js';
import type { Output } from './output.js';
import type { Ports } from './ports.js';
import type { Supervised } from './supervise.js';
import type { ServiceName } from './topology.js';

/**
 * What carries events from the outboxes to the consumers: the one thing in which the profiles differ. The launcher
 * calls `begin`, `prepareDatabases`, `connect` and `ready` in this order, and whatever was given to `onStop`, the
 * last first, in the end.
 */
export interface Transport {
  databaseOf(name: ServiceName): string;
  /** Starts what needs no database. */
  begin(): Promise<void>;
  /** Alongside the migrations of the services. */
  prepareDatabases(adminUrl: string): Promise<unknown>;
  /** Starts what reads the outboxes, which are there now. */
  connect(adminUrl: string): Promise<void>;
  /** Resolves when what is committed from now on reaches the consumers. */
  ready(): Promise<void>;
  eventsUrl(name: ServiceName, embeddedUrl: string): string;
  relay(): Supervised;
  broker?(): Supervised;
  urls: RelayUrls;
  log: LogPlace;
}

export interface TransportOptions {
  dataDir: string;
  ports: Ports;
  output: Output;
  /** Begin with new slots, and carry over what the old ones have lost. */
  repairSlots: boolean;
  /** Go on behind events that are gone, and with as many partitions as there should be. */
  repairTopics: boolean;
  password(role: string): string;
  onChange(): void;
  onStop(what: string, end: () => Promise<unknown>): void;
}
