import { aProduct, order, type Planted, unguarded } from './planted.js';

const reservation = (status: string, of: string) =>
  `UPDATE store.reservation SET status = '${status}' WHERE order_id = ${order(of)}`;

export const inTheStock: Planted[] = [
  {
    number: '3a',
    name: 'pieces that nobody has put in',
    market: `${unguarded('store.stock', 'stock_conserved')} UPDATE store.stock SET available = available + 1 WHERE product_id = ${aProduct}`,
  },
  {
    number: '3a',
    name: 'stock that is more than its movements',
    market: `UPDATE store.stock SET available = available + 1, received = received + 1 WHERE product_id = ${aProduct}`,
  },
  {
    number: '3a',
    name: 'a product of which less than nothing is left',
    market: `${unguarded('store.stock', 'stock_available_check')} UPDATE store.stock SET sold = received - reserved + 1, available = -1 WHERE product_id = ${aProduct}`,
  },
  {
    number: '3a',
    name: 'a product without stock',
    market: `DELETE FROM store.stock WHERE product_id = ${aProduct}`,
  },
  {
    number: '3a',
    name: 'a movement of a product that does not exist',
    market: `${unguarded('store.stock_movement', 'stock_movement_product_id_fkey')} UPDATE store.stock_movement SET product_id = gen_random_uuid() WHERE product_id = ${aProduct}`,
  },
  {
    number: '3b',
    name: 'a reservation of more than was ordered',
    market: `UPDATE store.reservation_line SET quantity = quantity + 1 WHERE order_id = ${order('DELIVERED')}`,
  },
  {
    number: '3b',
    name: 'a reservation that has lost a line',
    market: `DELETE FROM store.reservation_line WHERE order_id = ${order('DELIVERED')} AND product_id = (SELECT product_id FROM orders.order_line WHERE order_id = ${order('DELIVERED')} LIMIT 1)`,
  },
  {
    number: '3b',
    name: 'a reservation that has lost all its lines',
    market: `DELETE FROM store.reservation_line WHERE order_id = ${order('SHIPPED')}`,
  },
  {
    number: '3b',
    name: 'a rejected order of which something is reserved',
    market: `INSERT INTO store.reservation_line SELECT order_id, ${aProduct}, 1 FROM store.reservation WHERE status = 'REJECTED'`,
  },
  {
    number: '3b',
    name: 'two reservations of one order',
    market: `${unguarded('store.reservation', 'reservation_pkey')} INSERT INTO store.reservation SELECT * FROM store.reservation WHERE order_id = ${order('DELIVERED')}`,
  },
  {
    number: '3b',
    name: 'a reservation of an order that does not exist',
    market: `INSERT INTO store.reservation (order_id, status, version) VALUES (gen_random_uuid(), 'RELEASED', 1)`,
  },
  {
    number: '3b',
    name: 'a line without a reservation',
    market: `INSERT INTO store.reservation_line VALUES (gen_random_uuid(), ${aProduct}, 1)`,
  },
  {
    number: '3b',
    name: 'an order that the store has never decided on',
    market: `DELETE FROM store.reservation WHERE status = 'REJECTED'`,
  },
  {
    number: '4a',
    name: 'stock that is reserved for a cancelled order',
    market: reservation('RESERVED', 'CANCELLED'),
  },
  {
    number: '4a',
    name: 'stock that is sold to an expired order',
    market: reservation('COMMITTED', 'EXPIRED'),
  },
  {
    number: '4a',
    name: 'a delivered order whose stock was released',
    market: reservation('RELEASED', 'DELIVERED'),
  },
  {
    number: '4a',
    name: 'a shipped order whose stock is only reserved',
    market: reservation('RESERVED', 'SHIPPED'),
  },
  {
    number: '4a',
    name: 'stock that is reserved for an order that does not exist',
    market: `INSERT INTO store.reservation (order_id, status, version) VALUES (gen_random_uuid(), 'RESERVED', 1)`,
  },
  {
    number: '4b',
    name: 'a piece that is reserved for nobody',
    market: `UPDATE store.stock SET available = available - 1, reserved = reserved + 1 WHERE product_id = ${aProduct}`,
  },
  {
    number: '4b',
    name: 'a piece that is sold to nobody',
    market: `UPDATE store.stock SET available = available - 1, sold = sold + 1 WHERE product_id = ${aProduct}`,
  },
  {
    number: '4b',
    name: 'a sale of a product that has no stock',
    market: `UPDATE store.reservation_line SET product_id = gen_random_uuid() WHERE order_id = ${order('SHIPPED')} AND product_id = (SELECT product_id FROM orders.order_line WHERE order_id = ${order('SHIPPED')} LIMIT 1)`,
  },
];
