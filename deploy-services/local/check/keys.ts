import { type Invariant, none } from './invariant.js';

// Keys are forgotten after a day. An hour less, so that none is missed that was forgotten just now.
const remembered = `now() - interval '23 hours'`;

export const keys: Invariant[] = [
  {
    number: '10a',
    title: 'an Idempotency-Key has made one order, of its user, and every order has its key',
    atRest: false,
    check: ({ orders }) =>
      none(
        orders,
        'keys with the orders that they made',
        'orders.idempotency',
        `SELECT i.key, coalesce(i.order_id, o.id) AS order_id, i.user_id, o.user_id AS buyer
         FROM orders.idempotency i FULL JOIN orders.orders o ON o.id = i.order_id
         WHERE o.id IS NULL OR (i.key IS NULL AND o.created_at > ${remembered}) OR i.user_id <> o.user_id
         UNION ALL SELECT count(*) || ' keys', order_id, NULL, NULL FROM orders.idempotency GROUP BY order_id HAVING count(*) > 1`,
      ),
  },
  {
    number: '10b',
    title: 'an Idempotency-Key has made one refund, by its admin, and was answered with it',
    atRest: false,
    check: ({ payment }) =>
      none(
        payment,
        'keys with the refunds that they made',
        'payment.idempotency',
        `WITH key AS (SELECT *, (response->>'id')::uuid AS refund_id, (response->>'amount')::bigint AS amount FROM payment.idempotency),
         refund AS (SELECT * FROM payment.operation WHERE kind = 'refund' AND requested_by IS NOT NULL)
         SELECT key.key, key.user_id, coalesce(refund_id, refund.id) AS refund_id, key.amount, refund.amount AS refunded, refund.requested_by
         FROM key FULL JOIN refund ON refund.id = refund_id
         WHERE refund.id IS NULL OR (key.key IS NULL AND refund.created_at > ${remembered})
            OR key.user_id <> refund.requested_by OR key.amount <> refund.amount
         UNION ALL SELECT count(*) || ' keys', NULL, refund_id, NULL, NULL, NULL FROM key GROUP BY refund_id HAVING count(*) > 1`,
      ),
  },
];
