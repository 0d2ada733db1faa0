import { byKey, type Invariant, none } from './invariant.js';

const over = ['REJECTED', 'CANCELLED', 'EXPIRED'];
const bought = ['CONFIRMED', 'SHIPPED', 'DELIVERED'];

export const stock: Invariant[] = [
  {
    number: '3a',
    title: 'what a seller put in is available, reserved or sold, and none of it below zero',
    atRest: false,
    check: ({ store }) =>
      none(
        store,
        'products: their stock with the sum of their movements',
        'store.product',
        `SELECT product_id, m.put_in, s.received, s.available, s.reserved, s.sold
         FROM (SELECT id AS product_id FROM store.product) p
         FULL JOIN store.stock s USING (product_id)
         FULL JOIN (SELECT product_id, sum(quantity) AS put_in FROM store.stock_movement GROUP BY product_id) m USING (product_id)
         WHERE p.product_id IS NULL OR s.received IS NULL OR coalesce(m.put_in, 0) <> s.received
            OR s.received <> s.available + s.reserved + s.sold OR least(s.available, s.reserved, s.sold) < 0`,
      ),
  },
  {
    number: '3b',
    title: 'an order has one reservation, with the lines that were ordered, or with none',
    atRest: true,
    async check({ orders, store }) {
      const lines = `string_agg(product_id || ' x ' || quantity, ', ' ORDER BY product_id)`;
      const ordered = byKey(
        await orders<{ order_id: string; lines: string }>(
          `SELECT o.id AS order_id, coalesce(l.lines, '') AS lines FROM orders.orders o
           LEFT JOIN (SELECT order_id, ${lines} AS lines FROM (
             SELECT order_id, product_id, sum(quantity) AS quantity FROM orders.order_line GROUP BY order_id, product_id) p
             GROUP BY order_id) l ON l.order_id = o.id`,
        ),
        ({ order_id }) => order_id,
      );
      const reserved = await store<{ order_id: string; status: string | null; lines: string; n: number }>(
        `SELECT order_id, r.status, coalesce(l.lines, '') AS lines, r.n
         FROM (SELECT order_id, max(status) AS status, count(*)::int AS n FROM store.reservation GROUP BY order_id) r
         FULL JOIN (SELECT order_id, ${lines} AS lines FROM store.reservation_line GROUP BY order_id) l USING (order_id)`,
      );
      const violations = reserved.flatMap(({ order_id, status, lines, n }) => {
        const wanted = ordered.get(order_id)?.lines;
        ordered.delete(order_id);
        if (status === null) return [`lines are reserved for order ${order_id}, without a reservation`];
        if (wanted === undefined) return [`a reservation for order ${order_id}, which does not exist`];
        if (n > 1) return [`order ${order_id} has ${n} reservations`];
        // A rejected one holds nothing, nor does one that was cancelled before it was made.
        const nothing = lines === '' && (status === 'REJECTED' || status === 'RELEASED');
        return nothing || (wanted === lines && status !== 'REJECTED')
          ? []
          : [`order ${order_id} wants ${wanted}, ${status} is ${lines || 'nothing'}`];
      });
      for (const id of ordered.keys()) violations.push(`the store has never decided on order ${id}`);
      return { rows: reserved.length, compared: 'reservations with the lines of their orders', violations };
    },
  },
  {
    number: '4a',
    title: 'nothing is held for an order that is over, and everything is sold to one that is paid',
    atRest: true,
    async check({ orders, store }) {
      const all = byKey(
        await orders<{ id: string; status: string }>('SELECT id, status FROM orders.orders'),
        ({ id }) => id,
      );
      const reservations = byKey(
        await store<{ order_id: string; status: string }>('SELECT order_id, status FROM store.reservation'),
        ({ order_id }) => order_id,
      );
      const violations: string[] = [];
      for (const { order_id, status } of reservations.values()) {
        const order = all.get(order_id)?.status ?? 'unknown';
        const held = status === 'RESERVED' || status === 'COMMITTED';
        if (held && (over.includes(order) || order === 'unknown'))
          violations.push(`order ${order_id} is ${order}, yet its reservation is ${status}`);
      }
      for (const { id, status } of all.values()) {
        const reservation = reservations.get(id)?.status ?? 'missing';
        if (bought.includes(status) && reservation !== 'COMMITTED')
          violations.push(`order ${id} is ${status}, yet its reservation is ${reservation}`);
      }
      return { rows: reservations.size, compared: 'reservations with the state of their orders', violations };
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
        `SELECT product_id, s.reserved, l.reserved AS lines_reserved, s.sold, l.sold AS lines_sold
         FROM store.stock s FULL JOIN (
           SELECT product_id, coalesce(sum(quantity) FILTER (WHERE r.status = 'RESERVED'), 0) AS reserved,
                  coalesce(sum(quantity) FILTER (WHERE r.status = 'COMMITTED'), 0) AS sold
           FROM store.reservation_line JOIN store.reservation r USING (order_id) GROUP BY product_id) l USING (product_id)
         WHERE s.reserved IS NULL OR s.reserved <> coalesce(l.reserved, 0) OR s.sold <> coalesce(l.sold, 0)`,
      ),
  },
];
