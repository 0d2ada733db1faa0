import { react } from '../../../service-order/src/domain/saga.js';
import { fold as foldPayment } from '../../../service-payment/src/domain/fold.js';
import { mayCallAgain } from '../../../service-payment/src/domain/operations.js';
import { fold as foldReservations } from '../../../service-store/src/domain/reservation-batch.js';

/** What the services decide, and nothing else of them: the model is the world around these four functions. */
export interface Rules {
  order: typeof react;
  store: typeof foldReservations;
  payment: typeof foldPayment;
  mayCallAgain: typeof mayCallAgain;
}

/** The services' own code. */
export const realRules: Rules = {
  order: react,
  store: foldReservations,
  payment: foldPayment,
  mayCallAgain,
};

/** Writes down which rows of the three tables were taken, so that a search can say what it has not seen. */
export const watched = (rules: Rules, seen: Set<string>): Rules => ({
  ...rules,
  order(order, trigger) {
    const reaction = rules.order(order, trigger);
    seen.add(`order ${order.status} ${trigger.type} ${reaction.effect}`);
    return reaction;
  },
  store(held, messages) {
    const [message, ...others] = messages; // of a batch, a later message meets what an earlier one has made
    if (message && others.length === 0)
      seen.add(`store ${held.reservations.get(message.key)?.status ?? 'none'} ${message.type}`);
    return rules.store(held, messages);
  },
  payment(loaded, causes, newId) {
    const change = rules.payment(loaded, causes, newId);
    for (const row of change?.rows ?? []) seen.add(`payment row ${row}`);
    // Row 28 leaves no payment, and so no change that could name it.
    if (!change && causes.some(({ trigger }) => trigger.type === 'OrderConfirmed'))
      seen.add('payment row 28');
    return change;
  },
});
