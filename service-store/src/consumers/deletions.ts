import { consumer, pick, userEvents } from '@msa-event-market/shared-sdk/events';
import type { Ports } from '../use-cases/ports.js';

/** A deleted user's stores close: nothing new is sold, and service-order cancels orders of which nothing has shipped. */
export const deletionsConsumer = ({ stores }: Pick<Ports, 'stores'>) =>
  consumer({
    group: 'store.deletions',
    schemas: [pick(userEvents, 'UserDeleted')],
    // Closing begins with a write that must come before anything is read, so there is nothing to load.
    load: async () => {},
    async apply(tx, fresh) {
      await stores.closeAllOf(
        tx,
        fresh.map((message) => message.payload.userId),
      );
      return undefined;
    },
  });
