import type { Order, Reaction, Trigger } from '../../../../service-order/src/domain/order.js';
import { type Rules, realRules } from '../rules.js';
import type { Mutation } from './mutation.js';

type Mistake = (order: Order, trigger: Trigger, real: Rules['order']) => Reaction;
const order = (name: string, left: Mutation['left'], harm: RegExp, mistake: Mistake): Mutation => ({
  name,
  left,
  harm,
  rules: { order: (o, trigger) => mistake(o, trigger, realRules.order) },
});

function stopsWhatIsUnderWay(o: Order, trigger: Trigger, real: Rules['order']): Reaction {
  if (trigger.type !== 'Stop' || o.parts.every(({ status }) => status === 'OPEN')) return real(o, trigger);
  const reaction = real({ ...o, parts: o.parts.map((part) => ({ ...part, status: 'OPEN' })) }, trigger);
  return reaction.effect === 'applied'
    ? { ...reaction, order: { ...reaction.order, parts: o.parts } }
    : real(o, trigger);
}

export const ofOrders: Mutation[] = [
  order(
    'takes an admin’s refund for the compensation',
    { refund: 1, cancel: 1 },
    /is CANCELLED, yet 1 of it is kept/,
    (o, trigger, real) =>
      real(o, trigger.type === 'PaymentRefunded' && isCancelling(o) ? { type: 'PaymentCancelled' } : trigger),
  ),
  order(
    'lets a store ship before the capture',
    {},
    /shipped before the order was paid/,
    (o, trigger, real) => {
      if (trigger.type !== 'Ship') return real(o, trigger);
      const reaction = real({ ...o, money: 'CAPTURED' }, trigger);
      return { ...reaction, order: { ...reaction.order, money: o.money } };
    },
  ),
  order(
    'lets the buyer cancel what is under way',
    { cancel: 1 },
    /a part was shipped, yet its reservation is RELEASED/,
    stopsWhatIsUnderWay,
  ),
  order(
    'stops for a deletion what is under way',
    { deletion: 1 },
    /a part was shipped, yet its reservation is RELEASED/,
    (o, trigger, real) =>
      trigger.type === 'Stop' && trigger.reason === 'BUYER'
        ? real(o, trigger)
        : stopsWhatIsUnderWay(o, trigger, real),
  ),
  order(
    'closes with the first answer',
    { cancel: 1 },
    /is CANCELLED before its money is back/,
    (o, trigger, real) => real(trigger.type === 'StockReleased' ? { ...o, money: 'CLEAR' } : o, trigger),
  ),
  order(
    'takes a rejection for the release',
    { cancel: 1 },
    /is CANCELLED before its stock is free/,
    (o, trigger, real) =>
      real(o, trigger.type === 'StockRejected' && isCancelling(o) ? { type: 'StockReleased' } : trigger),
  ),
  order('does not note the capture', {}, /is CONFIRMED, yet not paid/, (o, trigger, real) =>
    trigger.type === 'PaymentCaptured' ? { effect: 'ignored', order: o } : real(o, trigger),
  ),
  order('only notes a refused capture', {}, /is CONFIRMED, yet not paid/, (o, trigger, real) =>
    trigger.type === 'PaymentCaptureFailed' ? { effect: 'noted', order: o } : real(o, trigger),
  ),
  order(
    'asks for the stock only when it cancels',
    { cancel: 1 },
    /is stuck in CANCELLING/,
    (o, trigger, real) => {
      const reaction = real(o, trigger);
      if (!('message' in reaction) || reaction.message?.type !== 'OrderCancelling') return reaction;
      const { message } = reaction;
      return { ...reaction, message: { ...message, payload: { ...message.payload, compensate: ['stock'] } } };
    },
  ),
  order('forgets a version', {}, /the versions of its messages have gaps/, (o, trigger, real) => {
    const reaction = real(o, trigger);
    if (trigger.type !== 'PaymentAuthorized') return reaction;
    return { ...reaction, order: { ...reaction.order, version: o.version } };
  }),
  order(
    'cancels again what is over',
    { cancel: 2 },
    /was CANCELLED, which is final, and has changed/,
    (o, trigger, real) =>
      real(trigger.type === 'Stop' && o.status === 'CANCELLED' ? { ...o, status: 'PENDING' } : o, trigger),
  ),
];

const isCancelling = ({ status }: Order) => status === 'CANCELLING';
