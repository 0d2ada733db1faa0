import type { Held, Outcome } from '../../../../service-store/src/domain/reservation-batch.js';
import { type Rules, realRules } from '../rules.js';
import type { Mutation } from './mutation.js';

const store = (name: string, left: Mutation['left'], harm: RegExp, mistake: Rules['store']): Mutation => ({
  name,
  left,
  harm,
  rules: { store: mistake },
});

export const ofStores: Mutation[] = [
  store(
    'leaves no tombstone that would stop a late order',
    { cancel: 1, overtake: 1 },
    /is held for nobody/,
    (held, messages) =>
      forgetting(held, messages, ({ type, key }) => {
        const row = held.reservations.get(key);
        return type === 'OrderPlaced' && row?.status === 'RELEASED';
      }),
  ),
  store(
    'reserves again when an order comes again',
    { rewind: 1 },
    /is reserved or rejected twice/,
    (held, messages) => forgetting(held, messages, ({ type }) => type === 'OrderPlaced'),
  ),
  store(
    'answers each cancellation of what it had rejected',
    { cancel: 1, rewind: 1 },
    /more StockReleased than were asked for/,
    (held, messages) => {
      const young = new Map([...held.reservations].map(([id, row]) => [id, { ...row, version: 1 }]));
      return renumbered(held, realRules.store({ ...held, reservations: young }, messages), 1);
    },
  ),
  store('reserves more than there is', {}, /is oversold/, (held, messages) => {
    const more = new Map([...held.shelf].map(([id, row]) => [id, { ...row, available: row.available + 1 }]));
    const outcome = realRules.store({ ...held, shelf: more }, messages);
    return { ...outcome, stock: outcome.stock.map((row) => ({ ...row, available: row.available - 1 })) };
  }),
  store('does not put back what was sold', { cancel: 1 }, /is held for nobody/, (held, messages) => {
    const outcome = realRules.store(held, messages);
    const sold = messages.some(({ key }) => held.reservations.get(key)?.status === 'COMMITTED');
    return sold ? { ...outcome, stock: [] } : outcome;
  }),
  store(
    'drops a confirmation whose reservation it cannot see yet',
    { hidden: 1 },
    /is CONFIRMED, yet its reservation is RESERVED/,
    (held, messages) => ({ ...realRules.store(held, messages), unknown: [] }),
  ),
  store(
    'does not answer a cancellation that meets no reservation',
    { cancel: 1, overtake: 1 },
    /is stuck in CANCELLING/,
    (held, messages) =>
      realRules.store(
        held,
        messages.filter(({ type, key }) => type !== 'OrderCancelling' || held.reservations.has(key)),
      ),
  ),
];

type Messages = Parameters<Rules['store']>[1];

/** As if there were no reservation for some messages. */
function forgetting(held: Held, messages: Messages, which: (message: Messages[number]) => boolean): Outcome {
  const forgotten = messages.filter((message) => held.reservations.has(message.key) && which(message));
  const reservations = new Map(held.reservations);
  for (const { key } of forgotten) reservations.delete(key);
  const outcome = realRules.store({ ...held, reservations }, messages);
  return forgotten.length > 0 ? renumbered(held, outcome, 0) : outcome;
}

/** Versions go on where they were, so that it is not a mere gap that gives the mistake away. */
function renumbered(held: Held, outcome: Outcome, pretended: number): Outcome {
  const added = (key: string) => {
    const before = held.reservations.get(key);
    return before ? before.version - pretended : 0;
  };
  return {
    ...outcome,
    reservations: outcome.reservations.map((row) => ({ ...row, version: row.version + added(row.orderId) })),
    events: outcome.events.map((event) => ({ ...event, version: event.version + added(event.key) })),
  };
}

/** Decides each message of a batch on the stock as it was before the batch: harmless until two want one product. */
export const forgetfulBatch: Rules['store'] = (held, messages) => {
  const outcomes = messages.map((message) => realRules.store(held, [message]));
  return {
    reservations: outcomes.flatMap(({ reservations }) => reservations),
    stock: outcomes.flatMap(({ stock }) => stock),
    events: outcomes.flatMap(({ events }) => events),
    unexpected: outcomes.flatMap(({ unexpected }) => unexpected),
    unknown: outcomes.flatMap(({ unknown }) => unknown),
  };
};
