import { order, type Planted } from './planted.js';

const anEvent = `(SELECT event_id FROM events.log WHERE type = 'OrderConfirmed' ORDER BY event_id LIMIT 1)`;
const anAnswer = `order_id = ${order('DELIVERED')} AND trigger = 'PaymentCaptured'`;
export const inEffects: Planted[] = [
  {
    number: '8a',
    name: 'an event that had its effect twice',
    market: `INSERT INTO orders.order_history (order_id, trigger, event_id, from_status, to_status, effect)
             SELECT order_id, trigger, event_id, to_status, to_status, 'ignored' FROM orders.order_history WHERE ${anAnswer};
             UPDATE orders.order_history SET from_status = 'DELIVERED', to_status = 'DELIVERED' WHERE ${anAnswer} AND effect = 'ignored'`,
  },
  {
    number: '8a',
    name: 'an effect of an event that is not in the log',
    market: `UPDATE orders.order_history SET event_id = gen_random_uuid() WHERE ${anAnswer}`,
  },
  {
    number: '8a',
    name: 'an effect of an event of another order',
    market: `UPDATE orders.order_history SET event_id = (SELECT event_id FROM events.log WHERE type = 'PaymentCaptured' AND key <> ${order('DELIVERED')}::text LIMIT 1) WHERE ${anAnswer}`,
  },
  {
    number: '8a',
    name: 'an effect of an event of another type',
    market: `UPDATE orders.order_history SET event_id = (SELECT event_id FROM events.log WHERE type = 'StockReserved' AND key = ${order('DELIVERED')}::text) WHERE ${anAnswer}`,
  },
  ...[
    ['store.reservations', 'store', 'OrderConfirmed'],
    ['store.deletions', 'store', 'UserDeleted'],
    ['order.saga', 'orders', 'PaymentCaptured'],
    ['order.deletions', 'orders', 'StoreDeleted'],
    ['payment.orders', 'payment', 'OrderCancelling'],
  ].map(([group, schema, type]) => ({
    number: '8b',
    name: `${type} that ${group} has skipped`,
    market: `DELETE FROM ${schema}.inbox WHERE consumer = '${group}' AND message_id = (SELECT event_id FROM events.log WHERE type = '${type}' LIMIT 1)`,
  })),
  {
    number: '8b',
    name: 'an event that somebody has taken and nobody has sent',
    market: `INSERT INTO payment.inbox SELECT 'payment.orders', (left(${anEvent}::text, 24) || '0123456789ab')::uuid`,
  },
];
