import type { Tx } from '@msa-event-market/shared-sdk/db';
import type { Item, ItemChange, ProductRef } from '../domain/product.js';
import type { Trigger } from '../domain/reservation.js';
import type { Held, Outcome } from '../domain/reservation-batch.js';
import type { Store, StoreChange } from '../domain/store.js';

export interface Stores {
  /** Refused with FORBIDDEN when the owner's account was deleted, with TOO_MANY_STORES when they have enough. */
  open(change: StoreChange): Promise<Store>;
  /** Locks an open store, lets `decide` change or refuse it, writes what it says. */
  change(storeId: string, decide: (store: Store) => StoreChange): Promise<Store>;
  /** Closes a store and deletes its products, unless `check` refuses. */
  close(storeId: string, check: (store: Store) => void): Promise<void>;
  /** Notes that accounts were deleted and closes their stores, in the caller's transaction. */
  closeAllOf(tx: Tx, userIds: string[]): Promise<void>;
}

export interface Products {
  /** Shares an open store, lets `make` make a product or refuse; TOO_MANY_PRODUCTS when its owner has enough. */
  add(storeId: string, make: (store: Store) => ItemChange): Promise<Item>;
  /** Locks a product that is on sale together with its stock, lets `decide` change or refuse, writes what it says. */
  change(ref: ProductRef, decide: (item: Item, store: Store) => ItemChange): Promise<Item>;
  delete(ref: ProductRef, check: (item: Item, store: Store) => void): Promise<void>;
}

export interface Reservations {
  /** Locks the reservations of the messages' orders and the stock that they can move; asks everything at once. */
  lock(tx: Tx, messages: readonly Trigger[]): Promise<Held>;
  /** Queues what a batch came to: at most one statement a table, whatever the number of orders and products. */
  save(tx: Tx, held: Held, outcome: Outcome): void;
}

export interface Ports {
  stores: Stores;
  products: Products;
  reservations: Reservations;
}
