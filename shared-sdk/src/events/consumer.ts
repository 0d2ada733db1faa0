import type { Tx } from '../db/index.js';
import { AppError } from '../errors/index.js';
import type { Catalogue, EventOf } from './catalogue/catalogue.js';

/** Runs once the transaction is committed; work that may take long is started here, not awaited. */
export type AfterCommit = () => void;

export interface Consumer<C extends Catalogue = Catalogue, L = unknown> {
  /** `<service>.<consumer>`: the name under which the inbox and the log remember it. */
  group: string;
  /** Which types of which topics it understands; other types are skipped. */
  schemas: C[];
  /**
   * Reads and locks what the messages concern, in id order. Sends its queries before its first await: they travel
   * with the inbox INSERT. Sees messages that later turn out to be known; never act on them here.
   */
  load(tx: Tx, messages: EventOf<C>[]): Promise<L>;
  /**
   * Applies the messages that are new, in order, and queues the writes. May run again with the same messages when the
   * transaction fails, so it changes nothing but through `tx`.
   */
  apply(tx: Tx, fresh: EventOf<C>[], loaded: L): undefined | AfterCommit | Promise<undefined | AfterCommit>;
}

/** Gives a consumer its types; returns it unchanged. */
export const consumer = <C extends Catalogue, L>(definition: Consumer<C, L>): Consumer<C, L> => definition;

/**
 * Thrown by `apply` when a message is about something that cannot be found. Change data capture may deliver a message
 * before the transaction that wrote it is visible to others, so it is retried for 30 s, and parked only then.
 */
export class NotYetVisible extends AppError {
  constructor(what: string, ids: string[]) {
    super('NOT_YET_VISIBLE', 'transient', `${what} not found: ${ids.slice(0, 5).join(', ')}`);
  }
}
