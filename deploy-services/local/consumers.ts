import type { ServiceName } from './topology.js';

export interface Consumes {
  group: string;
  service: ServiceName;
  topic: string;
  /** What it takes into its inbox, where that is not every type of the topic: the others it skips. */
  types?: string[];
}

/** Who reads what, as the services have it in their `consumers/`. */
export const consumers: Consumes[] = [
  {
    group: 'store.reservations',
    service: 'store',
    topic: 'order',
    types: ['OrderPlaced', 'OrderConfirmed', 'OrderCancelling'],
  },
  { group: 'store.deletions', service: 'store', topic: 'user', types: ['UserDeleted'] },
  { group: 'order.saga', service: 'order', topic: 'stock' },
  { group: 'order.saga', service: 'order', topic: 'payment' },
  { group: 'order.deletions', service: 'order', topic: 'user', types: ['UserDeleted'] },
  { group: 'order.deletions', service: 'order', topic: 'store', types: ['StoreDeleted'] },
  {
    group: 'payment.orders',
    service: 'payment',
    topic: 'order',
    types: ['OrderPaymentRequested', 'OrderConfirmed', 'OrderCancelling'],
  },
];

export const groups = [...new Set(consumers.map(({ group }) => group))];
