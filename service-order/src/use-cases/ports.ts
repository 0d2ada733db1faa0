import type { Tx } from '@msa-event-market/shared-sdk/db';
import type { Order, Reaction, Trigger } from '../domain/order.js';
import type { NewOrder, PlacedOrder } from '../domain/placing.js';

/** What the buyer is asked to pay for a product, as service-store says now. */
export interface Quote {
  productId: string;
  storeId: string;
  sellerId: string;
  name: string;
  price: { amount: number; currency: string };
}

export interface Quotes {
  /** One quote a product that is for sale; products that are not are missing. Throws `unavailable` when the store is. */
  quote(productIds: string[]): Promise<Map<string, Quote>>;
}

export type Rule = (order: Order, trigger: Trigger) => Reaction;

/** A trigger with where it came from: the message that brought it, if one did, and its trace. */
export interface Caused {
  orderId: string;
  trigger: Trigger;
  eventId: string | null;
  traceparent: string | null;
}

export interface Orders {
  /**
   * Writes a new order with its Idempotency-Key and announcement. When the key is known it writes nothing and gives
   * the order that the key made; `ACCOUNT_DELETED`, `STORE_CLOSED`, `IDEMPOTENCY_KEY_REUSED` or
   * `IDEMPOTENCY_KEY_IN_FLIGHT` otherwise.
   */
  place(order: NewOrder): Promise<PlacedOrder>;
  /** The order that an Idempotency-Key made, if any; `IDEMPOTENCY_KEY_REUSED` when it came with another body. */
  placedBefore(order: Pick<NewOrder, 'userId' | 'key' | 'bodyHash'>): Promise<PlacedOrder | undefined>;
  /** Locks one order, lets `decide` react, and writes what came of it. `NOT_FOUND_ORDER` when there is none. */
  change(id: string, trigger: Trigger, decide: Rule): Promise<Order>;
  /** Locks orders in id order, so that no two writers wait for each other. What is not there is missing in the map. */
  lock(tx: Tx, ids: string[]): Promise<Map<string, Order>>;
  /**
   * Folds the rule over the triggers of each locked order, in their order, and queues what came of it. Every trigger's
   * order must be in `locked`. Call `committed` once it is.
   */
  changeMany(
    tx: Tx,
    locked: Map<string, Order>,
    caused: Caused[],
    rule: Rule,
  ): { after: Map<string, Order>; committed(): void };
  /** Leaves tombstones: placing reads them, and the sweeper stops what is open. */
  markDeleted(tx: Tx, gone: { users: string[]; stores: string[] }): void;
  /** Stops what is overdue or lost its user or store, some at a time; returns how many orders it looked at. */
  sweep(rule: Rule): Promise<number>;
}

export interface Admission {
  /** Throws `OVERLOADED`, at once and without a query, while so many are being placed that one more would only wait. */
  withRoom<T>(place: () => Promise<T>): Promise<T>;
  /** Throws `TOO_MANY_PENDING` while more orders wait than the market works off in reasonable time. */
  admit(): void;
}

export interface Ports {
  orders: Orders;
  quotes: Quotes;
  admission: Admission;
}
