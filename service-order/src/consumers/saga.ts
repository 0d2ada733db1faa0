import {
  consumer,
  type EventOf,
  NotYetVisible,
  paymentEvents,
  stockEvents,
} from '@msa-event-market/shared-sdk/events';
import { changeMany } from '../db/order-repository.js';
import { lock } from '../db/order-rows.js';
import type { Trigger } from '../domain/order.js';
import { react } from '../domain/saga.js';

type Answer = EventOf<typeof stockEvents> | EventOf<typeof paymentEvents>;

/** The answers of service-store and service-payment. A batch is one transaction in two flights. */
export const saga = consumer({
  group: 'order.saga',
  schemas: [stockEvents, paymentEvents],
  load: (tx, answers: Answer[]) => lock(tx, [...new Set(answers.map(({ key }) => key))]),
  apply(tx, fresh: Answer[], locked) {
    const missing = fresh.filter(({ key }) => !locked.has(key)).map(({ key }) => key);
    if (missing.length > 0) throw new NotYetVisible('order', missing);
    const caused = fresh.map((answer) => ({
      orderId: answer.key,
      trigger: triggerOf(answer),
      eventId: answer.id,
      traceparent: answer.traceparent,
    }));
    return changeMany(tx, locked, caused, react).committed;
  },
});

const triggerOf = (answer: Answer): Trigger =>
  answer.type === 'StockRejected'
    ? { type: answer.type, lines: answer.payload.lines }
    : { type: answer.type };
