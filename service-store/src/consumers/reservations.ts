import { consumer, NotYetVisible, orderEvents, pick } from '@msa-event-market/shared-sdk/events';
import { counter } from '@msa-event-market/shared-sdk/metrics';
import { lockFor, save } from '../db/reservation-repository.js';
import { fold } from '../domain/reservation-batch.js';

const unexpected = counter(
  'reservation_unexpected_total',
  'Orders that were confirmed although their reservation had been rejected',
);

/**
 * What orders ask of the stock. A batch is one transaction in two flights: the locks travel with the inbox INSERT,
 * the writes with the COMMIT.
 */
export const reservations = consumer({
  group: 'store.reservations',
  schemas: [pick(orderEvents, 'OrderPlaced', 'OrderConfirmed', 'OrderCancelling')],
  load: lockFor,
  apply(tx, fresh, held) {
    const outcome = fold(held, fresh);
    if (outcome.unknown.length > 0)
      throw new NotYetVisible(
        'reservation',
        outcome.unknown.map((message) => message.key),
      );
    save(tx, held, outcome);
    if (outcome.unexpected.length === 0) return undefined;
    return () => unexpected.inc(outcome.unexpected.length);
  },
});
