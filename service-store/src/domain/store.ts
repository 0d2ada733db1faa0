import type { Principal } from '@msa-event-market/shared-sdk/auth';
import type { OutboxEvent } from '@msa-event-market/shared-sdk/outbox';
import { errors } from './errors.js';

export interface StoreDetails {
  name: string;
  description: string;
}

export interface Store extends StoreDetails {
  id: string;
  /** Whoever opened it; no update changes that. */
  ownerId: string;
  status: 'OPEN' | 'CLOSED';
  /** The ETag. Each change is announced, so it is also how many records of this store the topic `store` has. */
  version: number;
}

export interface StoreChange {
  store: Store;
  event: OutboxEvent;
}

export function mayManage(store: Store, by: Principal): void {
  if (by.role !== 'admin' && by.userId !== store.ownerId)
    throw errors.FORBIDDEN('Only the owner of the store and admins may do this.');
}

export function newStore(id: string, ownerId: string, details: StoreDetails): StoreChange {
  return announce({ id, ownerId, ...details, status: 'OPEN', version: 1 }, 'StoreCreated');
}

export function updateStore(store: Store, details: StoreDetails, expectedVersion: number): StoreChange {
  if (store.version !== expectedVersion) throw errors.PRECONDITION_FAILED('store');
  return announce({ ...store, ...details, version: store.version + 1 }, 'StoreUpdated');
}

export function closeStore(store: Store): StoreChange {
  return announce({ ...store, status: 'CLOSED', version: store.version + 1 }, 'StoreDeleted');
}

function announce(store: Store, type: 'StoreCreated' | 'StoreUpdated' | 'StoreDeleted'): StoreChange {
  const { id, ownerId, name, version } = store;
  const payload = type === 'StoreDeleted' ? { storeId: id, ownerId } : { storeId: id, ownerId, name };
  return { store, event: { topic: 'store', key: id, type, version, payload } };
}
