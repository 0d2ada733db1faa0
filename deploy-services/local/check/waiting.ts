import { type Invariant, none, type Snapshots, settled } from './invariant.js';

/** Orders that the sweeper stops because their buyer or a store is gone: of which nothing is on its way yet. */
export const orphans = (deleted: string) => `
  FROM orders.orders o WHERE status IN ('PENDING', 'RESERVED', 'CONFIRMED')
    AND NOT EXISTS (SELECT FROM orders.order_store s WHERE s.order_id = o.id AND s.status <> 'OPEN')
    AND (EXISTS (SELECT FROM orders.deleted_user d WHERE d.user_id = o.user_id AND ${deleted})
      OR EXISTS (SELECT FROM orders.order_store JOIN orders.deleted_store d USING (store_id) WHERE order_id = o.id AND ${deleted}))`;

export const waiting: Invariant[] = [
  {
    number: '9a',
    title: 'no order waits past its deadline',
    atRest: false,
    check: ({ orders }) =>
      none(
        orders,
        'orders; those that are PENDING or RESERVED with their deadlines and a minute’s grace',
        'orders.orders',
        `SELECT id, status, deadline_at FROM orders.orders
         WHERE status IN ('PENDING', 'RESERVED') AND deadline_at < ${settled}`,
      ),
  },
  {
    number: '9b',
    title: 'no order of which nothing is shipped outlives its buyer or a store of it',
    atRest: false,
    check: ({ orders }) =>
      none(
        orders,
        'orders with the users and stores that were deleted, a minute’s grace',
        'orders.orders',
        `SELECT o.id, o.status, o.user_id ${orphans(`d.deleted_at < ${settled}`)}`,
      ),
  },
  {
    number: '9c',
    title: 'a user or store that is deleted is so everywhere',
    atRest: true,
    async check({ auth, store, orders }: Snapshots) {
      const ids = async (ask: Snapshots['auth'], sql: string) =>
        new Set((await ask<{ id: string }>(sql)).map(({ id }) => id));
      const users = await ids(auth, 'SELECT id FROM auth.users WHERE deleted_at IS NOT NULL');
      const owners = await ids(store, 'SELECT user_id AS id FROM store.owner WHERE deleted');
      const buyers = await ids(orders, 'SELECT user_id AS id FROM orders.deleted_user');
      const closed = await ids(store, `SELECT id FROM store.store WHERE status = 'CLOSED'`);
      const stores = await ids(orders, 'SELECT store_id AS id FROM orders.deleted_store');
      const left = await store<{ what: string }>(
        `SELECT 'store ' || s.id || ' is open, its owner is deleted' AS what
         FROM store.store s JOIN store.owner o ON o.user_id = s.owner_id WHERE o.deleted AND s.status = 'OPEN'
         UNION ALL
         SELECT 'product ' || p.id || CASE WHEN k.gone THEN ' is gone' ELSE ' is for sale' END || ', it is '
                || CASE WHEN p.deleted_at IS NULL THEN 'not ' ELSE '' END || 'deleted, its store is ' || s.status
         FROM store.product p JOIN store.stock k ON k.product_id = p.id JOIN store.store s ON s.id = p.store_id
         WHERE k.gone <> (p.deleted_at IS NOT NULL) OR (s.status = 'CLOSED' AND NOT k.gone)`,
      );
      return {
        rows: users.size + closed.size,
        compared: 'deleted users and closed stores with what other services know of them',
        violations: [
          ...differences(`user`, 'service-auth', users, 'service-store', owners),
          ...differences(`user`, 'service-auth', users, 'service-order', buyers),
          ...differences(`store`, 'service-store', closed, 'service-order', stores),
          ...left.map(({ what }) => what),
        ],
      };
    },
  },
  {
    number: '9d',
    title: 'at rest no order is stuck: each is paid, or over',
    atRest: true,
    check: ({ orders }) =>
      none(
        orders,
        'orders when nothing is under way any more',
        'orders.orders',
        `SELECT id, status, stock, money, updated_at FROM orders.orders
         WHERE status IN ('PENDING', 'RESERVED', 'CANCELLING') OR (status = 'CONFIRMED' AND money <> 'CAPTURED')`,
      ),
  },
];

function differences(
  what: string,
  here: string,
  deleted: Set<string>,
  there: string,
  known: Set<string>,
): string[] {
  return [
    ...[...deleted]
      .filter((id) => !known.has(id))
      .map((id) => `${what} ${id} is deleted, ${there} does not know`),
    ...[...known]
      .filter((id) => !deleted.has(id))
      .map((id) => `${what} ${id} is deleted for ${there}, not for ${here}`),
  ];
}
