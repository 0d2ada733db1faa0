import { like, order, type Planted } from './planted.js';

export const inKeys: Planted[] = [
  {
    number: '10a',
    name: 'a key whose order does not exist',
    market: `UPDATE orders.idempotency SET order_id = gen_random_uuid() WHERE order_id = ${order('DELIVERED')}`,
  },
  {
    number: '10a',
    name: 'two keys of one order',
    market: like('orders.idempotency', { key: `'another'` }, `order_id = ${order('DELIVERED')}`),
  },
  {
    number: '10a',
    name: 'a key of somebody else',
    market: `UPDATE orders.idempotency SET user_id = gen_random_uuid() WHERE order_id = ${order('DELIVERED')}`,
  },
  {
    number: '10a',
    name: 'an order that a second request would place again',
    market: `DELETE FROM orders.idempotency WHERE order_id = ${order('DELIVERED')}`,
  },
  {
    number: '10b',
    name: 'a key that was answered with a refund that does not exist',
    market: `UPDATE payment.idempotency SET response = (response::jsonb || jsonb_build_object('id', gen_random_uuid()))::json`,
  },
  {
    number: '10b',
    name: 'a key that was answered with another amount',
    market: `UPDATE payment.idempotency SET response = (response::jsonb || '{"amount": 1}')::json`,
  },
  {
    number: '10b',
    name: 'a refund that a second request would make again',
    market: 'DELETE FROM payment.idempotency',
  },
  {
    number: '10b',
    name: 'a refund by somebody else than who asked for it',
    market: 'UPDATE payment.idempotency SET user_id = gen_random_uuid()',
  },
];
