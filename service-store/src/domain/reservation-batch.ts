import type { OutboxEvent } from '@msa-event-market/shared-sdk/outbox';
import { decide, type Reservation, type Shelf, type Trigger } from './reservation.js';
import { quantityChanged, ranOutOrCameBack, type Stock } from './stock.js';

/** What was locked for a batch of messages: the reservations of its orders and the stock that they can move. */
export interface Held {
  reservations: ReadonlyMap<string, Reservation>;
  shelf: Shelf;
}

/** What a batch comes to, each row once however many messages moved it. */
export interface Outcome {
  reservations: Reservation[];
  stock: Stock[];
  events: OutboxEvent[];
  unexpected: Trigger[];
  unknown: Trigger[];
}

/** Decides message by message, in the order of the log, each on what the one before it left. */
export function fold(held: Held, messages: readonly Trigger[]): Outcome {
  const reservations = new Map(held.reservations);
  const shelf = new Map(held.shelf);
  const changed = { orders: new Set<string>(), products: new Set<string>() };
  const outcome: Pick<Outcome, 'events' | 'unexpected' | 'unknown'> = {
    events: [],
    unexpected: [],
    unknown: [],
  };

  for (const message of messages) {
    const { orderId } = message.payload;
    const decision = decide(reservations.get(orderId), shelf, message);
    if (decision.effect === 'unexpected') outcome.unexpected.push(message);
    if (decision.effect === 'unknown') outcome.unknown.push(message);
    if (decision.effect !== 'applied') continue;

    const { reservation, answer } = decision;
    reservations.set(orderId, reservation);
    changed.orders.add(orderId);
    const { traceparent } = message;
    if (answer) {
      outcome.events.push({
        topic: 'stock',
        key: orderId,
        version: reservation.version,
        ...answer,
        traceparent,
      });
    }
    for (const after of decision.stock) {
      const stock = announced(shelf.get(after.productId), after);
      shelf.set(stock.productId, stock);
      changed.products.add(stock.productId);
      if (stock !== after) outcome.events.push({ ...quantityChanged(stock), traceparent });
    }
  }
  return {
    ...outcome,
    reservations: [...changed.orders].map((id) => reservations.get(id) as Reservation),
    stock: [...changed.products].map((id) => shelf.get(id) as Stock),
  };
}

/** Sales are not announced one by one; that a product ran out or came back is, as the product's next record. */
function announced(before: Stock | undefined, after: Stock): Stock {
  return before && !after.gone && ranOutOrCameBack(before, after)
    ? { ...after, version: after.version + 1 }
    : after;
}
