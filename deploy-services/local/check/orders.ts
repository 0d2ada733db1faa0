import { type Invariant, none, recent } from './invariant.js';
import { atTheMove } from './moved.js';
import { sagaSteps } from './saga-table.js';

export const orders: Invariant[] = [
  {
    number: '5a',
    title: 'an order goes by the table of the saga, step by step, and never out of a final state',
    atRest: false,
    check: ({ orders }) =>
      none(
        orders,
        'steps in the histories of orders with the table of the saga, and the last of them with the order’s state',
        'orders.order_history',
        `WITH step AS (
           SELECT *, split_part(trigger, ' ', 1) AS cause,
             lag(to_status) OVER (PARTITION BY order_id ORDER BY seq) AS before,
             lead(seq) OVER (PARTITION BY order_id ORDER BY seq) IS NULL AS last
           FROM orders.order_history)
         SELECT coalesce(step.order_id, o.id) AS order_id, seq, before, from_status, trigger, to_status, effect, message, o.status AS order_status
         FROM step FULL JOIN orders.orders o ON o.id = step.order_id
         WHERE o.id IS NULL OR seq IS NULL OR before IS DISTINCT FROM from_status OR (last AND to_status <> o.status)
            OR (message_id IS NULL) <> (message IS NULL)
            OR (event_id IS NULL) <> (cause IN ('Place', 'Stop', 'Deadline', 'Ship', 'Deliver'))
            OR (effect <> 'applied' AND (from_status IS DISTINCT FROM to_status OR message_id IS NOT NULL))
            OR (effect = 'applied' AND CASE
                  WHEN from_status IS NULL THEN (trigger, to_status, message) IS DISTINCT FROM ('Place', 'PENDING', 'OrderPlaced')
                  ELSE message IS NULL OR (from_status, cause, to_status, message) NOT IN (${sagaSteps}) END)`,
      ),
  },
  {
    number: '5b',
    title:
      'an order’s events in the outbox are those of its history, numbered in its order up to its row’s version',
    atRest: false,
    async check({ orders }) {
      const { versions } = await atTheMove(orders);
      return none(
        orders,
        'orders with the events in their histories and in the outbox',
        'orders.orders',
        `WITH said AS (
           SELECT order_id, message_id, message, at, row_number() OVER (PARTITION BY order_id ORDER BY seq) AS version
           FROM orders.order_history WHERE message_id IS NOT NULL),
         sent AS (SELECT id, aggregateid, type, version FROM orders.outbox WHERE aggregatetype = 'order' AND created_at > ${recent})
         SELECT coalesce(h.order_id::text, e.aggregateid) AS order_id, h.version, h.message, e.version AS sent_version, e.type AS sent
         FROM (SELECT said.* FROM said LEFT JOIN ${versions} moved ON moved.topic = 'order' AND moved.key = order_id::text
               WHERE at > ${recent} AND said.version > coalesce(moved.version, 0)) h FULL JOIN sent e ON e.id = h.message_id
         WHERE h.order_id IS NULL OR e.id IS NULL OR h.order_id::text <> e.aggregateid OR h.message <> e.type OR h.version <> e.version
         UNION ALL
         SELECT o.id::text, count(said.message_id), 'messages', o.version, 'is its version'
         FROM orders.orders o LEFT JOIN said ON said.order_id = o.id GROUP BY o.id HAVING count(said.message_id) <> o.version`,
      );
    },
  },
];

export const parts: Invariant[] = [
  {
    number: '5d',
    title: 'an order’s state, outcome, parts, lines and total fit each other',
    atRest: false,
    check: ({ orders }) =>
      none(
        orders,
        'orders with their lines and their stores’ parts',
        'orders.orders',
        `WITH line AS (
           SELECT order_id, sum(quantity * unit_price) AS total, array_agg(DISTINCT store_id ORDER BY store_id) AS stores
           FROM orders.order_line GROUP BY order_id),
         part AS (
           SELECT order_id, array_agg(store_id ORDER BY store_id) AS stores, count(*) AS all,
                  count(*) FILTER (WHERE status = 'OPEN') AS open, count(*) FILTER (WHERE status = 'DELIVERED') AS delivered
           FROM orders.order_store GROUP BY order_id),
         said AS (
           SELECT order_id, count(*) FILTER (WHERE message IN ('OrderStoreShipped', 'OrderShipped')) AS shipped,
                  count(*) FILTER (WHERE message IN ('OrderStoreDelivered', 'OrderDelivered')) AS delivered
           FROM orders.order_history GROUP BY order_id)
         SELECT coalesce(o.id, line.order_id, part.order_id) AS order_id, o.status, o.outcome, o.reason, o.total, line.total AS total_of_lines,
                part.open, part.delivered, part.all AS parts, said.shipped AS said_shipped, said.delivered AS said_delivered
         FROM orders.orders o FULL JOIN line ON line.order_id = o.id
         FULL JOIN part ON part.order_id = coalesce(o.id, line.order_id) LEFT JOIN said ON said.order_id = o.id
         WHERE o.id IS NULL OR o.total IS DISTINCT FROM line.total OR line.stores IS DISTINCT FROM part.stores
            OR part.all - part.open <> coalesce(said.shipped, 0) OR part.delivered <> coalesce(said.delivered, 0)
            OR CASE o.status
                 WHEN 'CONFIRMED' THEN part.open = 0 OR part.delivered > 0
                 WHEN 'SHIPPED' THEN part.open > 0 OR part.delivered = part.all
                 WHEN 'DELIVERED' THEN part.delivered <> part.all
                 ELSE part.open <> part.all END
            OR CASE
                 WHEN o.status IN ('CANCELLED', 'EXPIRED') THEN o.outcome IS DISTINCT FROM o.status OR o.reason IS NULL
                 WHEN o.status = 'REJECTED' THEN o.outcome IS DISTINCT FROM CASE o.reason WHEN 'OUT_OF_STOCK' THEN NULL ELSE 'REJECTED' END
                                              OR o.reason IS NULL
                 WHEN o.status = 'CANCELLING' THEN o.outcome IS NULL OR o.reason IS NULL
                 ELSE o.outcome IS NOT NULL OR o.reason IS NOT NULL END`,
      ),
  },
];
