import { consumer, pick, storeEvents, userEvents } from '@msa-event-market/shared-sdk/events';
import { markDeleted } from '../db/order-repository.js';

/** Leaves tombstones for users and stores that are gone; the sweeper stops their orders. */
export const deletions = consumer({
  group: 'order.deletions',
  schemas: [pick(userEvents, 'UserDeleted'), pick(storeEvents, 'StoreDeleted')],
  load: () => Promise.resolve(),
  apply(tx, fresh) {
    markDeleted(tx, {
      users: fresh.flatMap((event) => (event.type === 'UserDeleted' ? [event.payload.userId] : [])),
      stores: fresh.flatMap((event) => (event.type === 'StoreDeleted' ? [event.payload.storeId] : [])),
    });
    return undefined;
  },
});
