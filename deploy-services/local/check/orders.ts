import { type Invariant, none } from './invariant.js';

// The arrows of the saga's table, also those that return to their state with a message.
const arrows = [
  ['PENDING', 'RESERVED', 'REJECTED', 'CANCELLING'],
  ['RESERVED', 'CONFIRMED', 'CANCELLING'],
  ['CONFIRMED', 'CONFIRMED', 'SHIPPED', 'CANCELLING'],
  ['SHIPPED', 'SHIPPED', 'DELIVERED'],
  ['CANCELLING', 'CANCELLED', 'EXPIRED', 'REJECTED'],
]
  .flatMap(([from, ...to]) => to.map((state) => `('${from}', '${state}')`))
  .join(', ');

export const orders: Invariant[] = [
  {
    number: '5a',
    title: 'an order moves along the arrows of the saga only, and never out of a final state',
    atRest: false,
    check: ({ orders }) =>
      none(
        orders,
        'steps in the histories of orders with the table of the saga, and the last of them with the order’s state',
        'orders.order_history',
        `WITH step AS (
           SELECT order_id, seq, from_status, to_status, effect, message_id,
             lag(to_status) OVER (PARTITION BY order_id ORDER BY seq) AS before,
             lead(seq) OVER (PARTITION BY order_id ORDER BY seq) IS NULL AS last
           FROM orders.order_history)
         SELECT step.order_id, step.seq, before, from_status, to_status, effect, o.status AS order_status
         FROM step LEFT JOIN orders.orders o ON o.id = step.order_id
         WHERE o.id IS NULL OR before IS DISTINCT FROM from_status
            OR (effect <> 'applied' AND (from_status IS DISTINCT FROM to_status OR message_id IS NOT NULL))
            OR (effect = 'applied' AND from_status IS NOT NULL AND (from_status, to_status) NOT IN (${arrows}))
            OR (last AND to_status <> o.status)`,
      ),
  },
  {
    number: '5b',
    title: 'the versions of an order’s events have no gap and end at its row’s version',
    atRest: false,
    check: ({ orders }) =>
      none(
        orders,
        'orders with their events in the history',
        'orders.orders',
        `SELECT o.id, o.version, coalesce(h.messages, 0) AS messages
         FROM orders.orders o LEFT JOIN (SELECT order_id, count(message_id) AS messages FROM orders.order_history GROUP BY order_id) h
           ON h.order_id = o.id
         WHERE o.version <> coalesce(h.messages, 0)`,
      ),
  },
  {
    number: '8',
    title: 'no event has had an effect on an order twice',
    atRest: false,
    check: ({ orders }) =>
      none(
        orders,
        'events in the histories of orders',
        'orders.order_history WHERE event_id IS NOT NULL',
        `SELECT order_id, event_id, count(*) AS times FROM orders.order_history WHERE event_id IS NOT NULL
         GROUP BY order_id, event_id HAVING count(*) > 1`,
      ),
  },
  {
    number: '9a',
    title: 'no order waits past its deadline',
    atRest: true,
    check: ({ orders }) =>
      none(
        orders,
        'orders that are PENDING or RESERVED with their deadlines, a minute’s grace',
        `orders.orders WHERE status IN ('PENDING', 'RESERVED')`,
        `SELECT id, status, deadline_at FROM orders.orders
         WHERE status IN ('PENDING', 'RESERVED') AND deadline_at < now() - interval '1 minute'`,
      ),
  },
  {
    number: '10',
    title: 'an Idempotency-Key has made one order, of its user',
    atRest: false,
    check: ({ orders }) =>
      none(
        orders,
        'keys with the orders that they made',
        'orders.idempotency',
        `SELECT i.key, i.order_id, count(*) OVER (PARTITION BY i.order_id) AS keys FROM orders.idempotency i
         LEFT JOIN orders.orders o ON o.id = i.order_id AND o.user_id = i.user_id WHERE o.id IS NULL
         UNION ALL SELECT min(key), order_id, count(*) FROM orders.idempotency GROUP BY order_id HAVING count(*) > 1`,
      ),
  },
];
