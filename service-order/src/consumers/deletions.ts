import { consumer, pick, storeEvents, userEvents } from '@msa-event-market/shared-sdk/events';
import type { Ports } from '../use-cases/ports.js';

/** Leaves tombstones for users and stores that are gone; the sweeper stops their orders. */
export const deletionsConsumer = ({ orders }: Pick<Ports, 'orders'>) =>
  consumer({
    group: 'order.deletions',
    schemas: [pick(userEvents, 'UserDeleted'), pick(storeEvents, 'StoreDeleted')],
    load: () => Promise.resolve(),
    apply(tx, fresh) {
      orders.markDeleted(tx, {
        users: fresh.flatMap((event) => (event.type === 'UserDeleted' ? [event.payload.userId] : [])),
        stores: fresh.flatMap((event) => (event.type === 'StoreDeleted' ? [event.payload.storeId] : [])),
      });
      return undefined;
    },
  });
