import { uuidv7 } from '@msa-event-market/shared-sdk/db';
import { consumer, type EventOf, orderEvents, pick } from '@msa-event-market/shared-sdk/events';
import type { Cause } from '../domain/fold.js';
import type { Trigger } from '../domain/model.js';
import type { BackPressure } from '../use-cases/back-pressure.js';
import type { Payments } from '../use-cases/ports.js';
import type { RunOperations } from '../use-cases/run-operations.js';

const reactedTo = pick(orderEvents, 'OrderPaymentRequested', 'OrderConfirmed', 'OrderCancelling');
type OrderEvent = EventOf<typeof reactedTo>;

/**
 * What the order wants, written down as a goal and the next operation. The provider is never called here: that
 * happens after the commit, outside of the consumer's loop.
 */
export const ordersConsumer = ({
  payments,
  operations,
  pressure,
}: {
  payments: Payments;
  operations: RunOperations;
  pressure: BackPressure;
}) =>
  consumer({
    group: 'payment.orders',
    schemas: [reactedTo],
    load(tx, messages: OrderEvent[]) {
      const lock = () =>
        payments.lock(
          tx,
          messages.filter(isOurs).map(({ key }) => key),
        );
      return pressure.room()?.then(lock) ?? lock();
    },
    apply(tx, fresh, locked) {
      const { due } = payments.changeMany(tx, locked, causesByOrder(fresh.filter(isOurs)));
      return () => operations.run(due);
    },
  });

/** An order that is cancelled before it asked for money concerns the store alone. */
const isOurs = ({ type, payload }: OrderEvent): boolean =>
  type !== 'OrderCancelling' || payload.compensate.includes('payment');

function causesByOrder(messages: OrderEvent[]): Map<string, Cause[]> {
  const causes = new Map<string, Cause[]>();
  for (const message of messages) {
    const ofOrder = causes.get(message.key) ?? [];
    ofOrder.push({ trigger: triggerOf(message), traceparent: message.traceparent });
    causes.set(message.key, ofOrder);
  }
  return causes;
}

function triggerOf({ type, payload }: OrderEvent): Trigger {
  switch (type) {
    case 'OrderPaymentRequested':
      return { type, paymentId: uuidv7(), ...payload, expiresAt: new Date(payload.expiresAt) };
    case 'OrderConfirmed':
      return { type };
    case 'OrderCancelling':
      return { type, paymentId: uuidv7(), orderId: payload.orderId, userId: payload.userId };
  }
}
