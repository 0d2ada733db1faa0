import { aProduct, order, type Planted, payment, untouched } from './planted.js';

const step = (trigger: string, of: string) => `order_id = ${order(of)} AND trigger = '${trigger}'`;
export const inOrders: Planted[] = [
  {
    number: '5a',
    name: 'a step over a state',
    market: `UPDATE orders.order_history SET to_status = 'SHIPPED' WHERE ${step('PaymentAuthorized', 'DELIVERED')}`,
  },
  {
    number: '5a',
    name: 'a step out of a final state',
    market: `INSERT INTO orders.order_history (order_id, trigger, message_id, message, from_status, to_status, effect)
             SELECT id, 'Stop BUYER', gen_random_uuid(), 'OrderCancelling', 'EXPIRED', 'CANCELLING', 'applied' FROM orders.orders WHERE id = ${order('EXPIRED')};
             UPDATE orders.orders SET status = 'CANCELLING' WHERE id = ${order('EXPIRED')}`,
  },
  {
    number: '5a',
    name: 'an order that is not where its history ends',
    market: `UPDATE orders.orders SET status = 'DELIVERED' WHERE id = ${order('SHIPPED')}`,
  },
  {
    number: '5a',
    name: 'an order that was confirmed by a refusal',
    market: `UPDATE orders.order_history SET trigger = 'PaymentDeclined' WHERE ${step('PaymentAuthorized', 'DELIVERED')}`,
  },
  {
    number: '5a',
    name: 'a step with the message of another',
    market: `UPDATE orders.order_history SET message = 'OrderShipped' WHERE ${step('PaymentAuthorized', 'DELIVERED')}`,
  },
  {
    number: '5a',
    name: 'a step without its message',
    market: `UPDATE orders.order_history SET message = NULL, message_id = NULL WHERE ${step('PaymentAuthorized', 'DELIVERED')}`,
  },
  {
    number: '5a',
    name: 'something that was only noted, yet changed the state',
    market: `UPDATE orders.order_history SET effect = 'noted', message = NULL, message_id = NULL WHERE ${step('StockReserved', 'DELIVERED')}`,
  },
  {
    number: '5a',
    name: 'an order that did not begin with being placed',
    market: `DELETE FROM orders.order_history WHERE ${step('Place', 'DELIVERED')}`,
  },
  {
    number: '5a',
    name: 'an answer that came without a message',
    market: `UPDATE orders.order_history SET event_id = NULL WHERE ${step('StockReserved', 'DELIVERED')}`,
  },
  {
    number: '5a',
    name: 'an order without a history',
    market: `DELETE FROM orders.order_history WHERE order_id = ${order('SHIPPED')}`,
  },
  {
    number: '5b',
    name: 'an order that counts more messages than it has sent',
    market: `UPDATE orders.orders SET version = version + 1 WHERE id = ${order('DELIVERED')}`,
  },
  {
    number: '5b',
    name: 'a message in the history that was never sent',
    market: `UPDATE orders.order_history SET message_id = gen_random_uuid() WHERE ${step('StockReserved', 'DELIVERED')}`,
  },
  {
    number: '5b',
    name: 'a message that no step has sent',
    market: `UPDATE orders.order_history SET message_id = NULL, message = NULL, effect = 'noted' WHERE ${step('PaymentAuthorized', 'DELIVERED')}`,
  },
  {
    number: '5b',
    name: 'a message of another type than the history has',
    market: `UPDATE orders.outbox SET type = 'OrderExpired' WHERE type = 'OrderConfirmed' AND aggregateid = ${order('DELIVERED')}::text`,
  },
  {
    number: '5b',
    name: 'messages in another order than the steps',
    market: `UPDATE orders.outbox SET version = CASE version WHEN 1 THEN 2 ELSE 1 END WHERE version <= 2 AND aggregateid = ${order('DELIVERED')}::text`,
  },
  {
    number: '5c',
    name: 'a gap between two events of a product',
    market: `UPDATE store.outbox SET version = version + 1 WHERE type = 'ProductCreated' AND aggregateid = ${aProduct}::text`,
  },
  {
    number: '5c',
    name: 'an answer that is missing before another',
    market: `DELETE FROM store.outbox WHERE type = 'StockReserved' AND aggregateid = ${order('CANCELLED')}::text`,
  },
  ...(
    [
      ['auth.users', 'id = (SELECT id FROM auth.users LIMIT 1)'],
      ['store.store', 'id = (SELECT id FROM store.store LIMIT 1)'],
      ['store.stock', `product_id = ${aProduct}`],
      ['store.reservation', `order_id = ${order('DELIVERED')}`],
      ['payment.payment', `id = ${payment('CAPTURED')}`],
    ] as const
  ).map(([table, where]) => ({
    number: '5c',
    name: `a row of ${table} that is ahead of its events`,
    market: `UPDATE ${table} SET version = version + 1 WHERE ${where}`,
  })),
  {
    number: '5c',
    name: 'events of a payment that does not exist',
    market: `DELETE FROM payment.payment WHERE id = ${payment('DECLINED')}`,
  },
  {
    number: '5d',
    name: 'a delivered order of which a part is not',
    market: `UPDATE orders.order_store SET status = 'SHIPPED' WHERE order_id = ${order('DELIVERED')} AND store_id = (SELECT store_id FROM orders.order_store WHERE order_id = ${order('DELIVERED')} LIMIT 1)`,
  },
  {
    number: '5d',
    name: 'a cancelled order of which a part was shipped',
    market: `UPDATE orders.order_store SET status = 'SHIPPED' WHERE order_id = ${order('CANCELLED')}`,
  },
  {
    number: '5d',
    name: 'a part that was shipped without a word',
    market: `UPDATE orders.order_store SET status = 'SHIPPED' WHERE order_id = ${untouched} AND store_id = (SELECT store_id FROM orders.order_store WHERE order_id = ${untouched} LIMIT 1)`,
  },
  {
    number: '5d',
    name: 'a part of a store that sells nothing in the order',
    market: `INSERT INTO orders.order_store VALUES (${order('EXPIRED')}, gen_random_uuid(), gen_random_uuid())`,
  },
  {
    number: '5d',
    name: 'an order that has lost a line',
    market: `DELETE FROM orders.order_line WHERE order_id = ${order('EXPIRED')} AND line = 0`,
  },
  {
    number: '5d',
    name: 'a line whose price was changed after the order',
    market: `UPDATE orders.order_line SET unit_price = unit_price + 1 WHERE order_id = ${order('EXPIRED')} AND line = 0`,
  },
  {
    number: '5d',
    name: 'a line of an order that does not exist',
    market: `UPDATE orders.order_line SET order_id = gen_random_uuid() WHERE order_id = ${order('EXPIRED')} AND line = 0`,
  },
  {
    number: '5d',
    name: 'an order that ended otherwise than it was to',
    market: `UPDATE orders.orders SET outcome = 'CANCELLED' WHERE id = ${order('EXPIRED')}`,
  },
  {
    number: '5d',
    name: 'an order that ended for no reason',
    market: `UPDATE orders.orders SET reason = NULL WHERE id = ${order('CANCELLED')}`,
  },
];
