import { byKey, type Invariant, none } from './invariant.js';

const live = ['PENDING', 'RESERVED', 'CONFIRMED', 'SHIPPED', 'DELIVERED', 'CANCELLING'];
const bought = ['CONFIRMED', 'SHIPPED', 'DELIVERED'];

export const stock: Invariant[] = [
  {
    number: '3a',
    title: 'what a seller put in is available, reserved or sold, and none of it below zero',
    atRest: false,
    check: ({ store }) =>
      none(
        store,
        'stock of products with the sum of their movements',
        'store.stock',
        `SELECT s.product_id, coalesce(m.received, 0) AS put_in, s.available, s.reserved, s.sold
         FROM store.stock s LEFT JOIN (SELECT product_id, sum(quantity) AS received FROM store.stock_movement GROUP BY product_id) m USING (product_id)
         WHERE coalesce(m.received, 0) <> s.available + s.reserved + s.sold OR least(s.available, s.reserved, s.sold) < 0`,
      ),
  },
  {
    number: '3b',
    title: 'an order has one reservation at the most, and its lines are the reservation’s',
    atRest: true,
    async check({ orders, store }) {
      const lines = `coalesce(string_agg(product_id || ' x ' || quantity, ', ' ORDER BY product_id), '')`;
      const ordered = byKey(
        await orders<{ order_id: string; lines: string }>(
          `SELECT order_id, ${lines} AS lines FROM orders.order_line GROUP BY order_id`,
        ),
        ({ order_id }) => order_id,
      );
      const reserved = await store<{ order_id: string; lines: string; reservations: number }>(
        `SELECT order_id, max(lines) AS lines, count(*)::int AS reservations
         FROM store.reservation r JOIN (SELECT order_id, ${lines} AS lines FROM store.reservation_line GROUP BY order_id) l USING (order_id)
         GROUP BY order_id`,
      );
      const violations = reserved.flatMap(({ order_id, lines, reservations }) => {
        const wanted = ordered.get(order_id)?.lines;
        if (wanted === undefined) return [`a reservation for order ${order_id}, which does not exist`];
        if (reservations > 1) return [`order ${order_id} has ${reservations} reservations`];
        return wanted === lines ? [] : [`order ${order_id} wants ${wanted}, reserved is ${lines}`];
      });
      return { rows: reserved.length, compared: 'reservations with the lines of their orders', violations };
    },
  },
  {
    number: '4a',
    title: 'nothing is held for an order that is over, and everything for one that is confirmed',
    atRest: true,
    async check({ orders, store }) {
      const all = byKey(
        await orders<{ id: string; status: string }>('SELECT id, status FROM orders.orders'),
        ({ id }) => id,
      );
      const reservations = await store<{ order_id: string; status: string }>(
        'SELECT order_id, status FROM store.reservation',
      );
      const violations: string[] = [];
      const held = new Set<string>();
      for (const { order_id, status } of reservations) {
        const order = all.get(order_id)?.status ?? 'unknown';
        if (status === 'RESERVED' && !live.includes(order))
          violations.push(`order ${order_id} is ${order}, yet stock is reserved for it`);
        if (status === 'COMMITTED') held.add(order_id);
        if (status === 'COMMITTED' && !live.includes(order))
          violations.push(`order ${order_id} is ${order}, yet stock is sold to it`);
      }
      for (const { id, status } of all.values()) {
        if (bought.includes(status) && !held.has(id))
          violations.push(`order ${id} is ${status}, yet no stock was sold to it`);
      }
      return {
        rows: reservations.length,
        compared: 'reservations with the state of their orders',
        violations,
      };
    },
  },
  {
    number: '4b',
    title: 'what is reserved and sold of a product is the sum of its reservations',
    atRest: false,
    check: ({ store }) =>
      none(
        store,
        'stock of products with the lines of reservations',
        'store.stock',
        `SELECT s.product_id, s.reserved, coalesce(l.reserved, 0) AS lines_reserved, s.sold, coalesce(l.sold, 0) AS lines_sold
         FROM store.stock s LEFT JOIN (
           SELECT product_id, sum(quantity) FILTER (WHERE r.status = 'RESERVED') AS reserved,
                  sum(quantity) FILTER (WHERE r.status = 'COMMITTED') AS sold
           FROM store.reservation_line JOIN store.reservation r USING (order_id) GROUP BY product_id) l USING (product_id)
         WHERE s.reserved <> coalesce(l.reserved, 0) OR s.sold <> coalesce(l.sold, 0)`,
      ),
  },
];
