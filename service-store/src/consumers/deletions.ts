import { consumer, pick, userEvents } from '@msa-event-market/shared-sdk/events';
import { closeStoresOf } from '../db/store-repository.js';

/** A deleted user's stores close with them: nothing new is sold, what is ordered runs on. */
export const deletions = consumer({
  group: 'store.deletions',
  schemas: [pick(userEvents, 'UserDeleted')],
  // Nothing to load: closing begins with a note that must be written before the stores are looked for.
  load: async () => {},
  async apply(tx, fresh) {
    await closeStoresOf(
      tx,
      fresh.map((message) => message.payload.userId),
    );
    return undefined;
  },
});
