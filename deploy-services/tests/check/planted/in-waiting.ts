import { aProduct, order, type Planted, untouched } from './planted.js';

export const inWaiting: Planted[] = [
  {
    number: '9a',
    name: 'an order that waits past its deadline',
    market: `UPDATE orders.orders SET status = 'RESERVED', money = 'ASKED', deadline_at = now() - interval '2 minutes' WHERE id = ${order('SHIPPED')}`,
  },
  {
    number: '9b',
    name: 'an order that goes on though its store is deleted',
    market: `INSERT INTO orders.deleted_store SELECT store_id, now() - interval '2 minutes' FROM orders.order_store WHERE order_id = ${untouched}`,
  },
  {
    number: '9b',
    name: 'an order that goes on though its buyer is deleted',
    market: `INSERT INTO orders.deleted_user SELECT user_id, now() - interval '2 minutes' FROM orders.orders WHERE id = ${untouched}`,
  },
  {
    number: '9c',
    name: 'a deleted user whom service-order does not know to be so',
    market: 'DELETE FROM orders.deleted_user',
  },
  {
    number: '9c',
    name: 'a deleted user who may open a store',
    market: 'UPDATE store.owner SET deleted = false',
  },
  {
    number: '9c',
    name: 'a user who is deleted for service-order only',
    market: `INSERT INTO orders.deleted_user SELECT id, now() FROM auth.users WHERE role = 'admin'`,
  },
  {
    number: '9c',
    name: 'a closed store in which service-order would place orders',
    market: 'DELETE FROM orders.deleted_store',
  },
  {
    number: '9c',
    name: 'a product that is for sale in a closed store',
    market: `UPDATE store.stock SET gone = false WHERE gone; UPDATE store.product SET deleted_at = NULL`,
  },
  {
    number: '9c',
    name: 'a product that is deleted and for sale',
    market: `UPDATE store.product SET deleted_at = now() WHERE id = ${aProduct}`,
  },
  {
    number: '9c',
    name: 'an open store of a deleted owner',
    market: `UPDATE store.owner SET deleted = true WHERE user_id = (SELECT owner_id FROM store.store WHERE status = 'OPEN' LIMIT 1)`,
  },
  ...(['PENDING', 'RESERVED', 'CANCELLING'] as const).map((status) => ({
    number: '9d',
    name: `an order that is stuck in ${status}`,
    market: `UPDATE orders.orders SET status = '${status}', outcome = 'CANCELLED', deadline_at = now() + interval '1 hour' WHERE id = ${order('SHIPPED')}`,
  })),
  {
    number: '9d',
    name: 'an order that has never heard of its capture',
    market: `UPDATE orders.orders SET money = 'AUTHORIZED' WHERE id = ${order('CONFIRMED')}`,
  },
];
