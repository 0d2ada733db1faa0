import {
  consumer,
  type EventOf,
  NotYetVisible,
  paymentEvents,
  stockEvents,
} from '@msa-event-market/shared-sdk/events';
import type { Trigger } from '../domain/order.js';
import { react } from '../domain/saga.js';
import type { Ports } from '../use-cases/ports.js';

type Answer = EventOf<typeof stockEvents> | EventOf<typeof paymentEvents>;

/** The answers of service-store and service-payment. A batch is one transaction in two flights. */
export const sagaConsumer = ({ orders }: Pick<Ports, 'orders'>) =>
  consumer({
    group: 'order.saga',
    schemas: [stockEvents, paymentEvents],
    load: (tx, answers: Answer[]) => orders.lock(tx, [...new Set(answers.map(({ key }) => key))]),
    apply(tx, fresh: Answer[], locked) {
      const missing = fresh.filter(({ key }) => !locked.has(key)).map(({ key }) => key);
      if (missing.length > 0) throw new NotYetVisible('order', missing);
      const caused = fresh.map((answer) => ({
        orderId: answer.key,
        trigger: triggerOf(answer),
        eventId: answer.id,
        traceparent: answer.traceparent,
      }));
      return orders.changeMany(tx, locked, caused, react).committed;
    },
  });

const triggerOf = (answer: Answer): Trigger =>
  answer.type === 'StockRejected'
    ? { type: answer.type, lines: answer.payload.lines }
    : { type: answer.type };
