import { consumer, NotYetVisible, orderEvents, pick } from '@msa-event-market/shared-sdk/events';
import { counter } from '@msa-event-market/shared-sdk/metrics';
import { fold } from '../domain/reservation-batch.js';
import type { Ports } from '../use-cases/ports.js';

/**
 * What orders ask of the stock. A batch is one transaction in two flights: the locks travel with the inbox INSERT,
 * the writes with the COMMIT.
 */
export const reservationsConsumer = ({ reservations }: Pick<Ports, 'reservations'>) => {
  const unexpected = counter(
    'reservation_unexpected_total',
    'Orders that were confirmed although their reservation had been rejected',
  );
  return consumer({
    group: 'store.reservations',
    schemas: [pick(orderEvents, 'OrderPlaced', 'OrderConfirmed', 'OrderCancelling')],
    load: (tx, messages) => reservations.lock(tx, messages),
    apply(tx, fresh, held) {
      const outcome = fold(held, fresh);
      if (outcome.unknown.length > 0)
        throw new NotYetVisible(
          'reservation',
          outcome.unknown.map((message) => message.key),
        );
      reservations.save(tx, held, outcome);
      return () => unexpected.inc(outcome.unexpected.length);
    },
  });
};
