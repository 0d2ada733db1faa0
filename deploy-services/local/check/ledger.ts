import { type Invariant, none } from './invariant.js';

/** What the ledger says of each payment. */
export const ledgerOfPayments = `
  SELECT o.payment_id, coalesce(sum(l.amount) FILTER (WHERE l.debit = 'provider'), 0)::bigint AS captured,
         coalesce(sum(l.amount) FILTER (WHERE l.credit = 'provider'), 0)::bigint AS refunded
  FROM payment.ledger l JOIN payment.operation o ON o.id = l.operation_id GROUP BY o.payment_id`;

export const ledger: Invariant[] = [
  {
    number: '1a',
    title: 'each capture and refund that is done has its one entry in the ledger, and nothing else has',
    atRest: false,
    // That debits equal credits needs no look: an entry carries both sides. What can be wrong is the entry.
    check: ({ payment }) =>
      none(
        payment,
        'entries of the ledger with the operations they belong to: amount, currency, sides; and the balance of each account',
        'payment.ledger',
        `WITH operation AS (
           SELECT o.id, o.kind, o.amount, p.currency FROM payment.operation o JOIN payment.payment p ON p.id = o.payment_id
           WHERE o.status = 'DONE' AND o.kind IN ('capture', 'refund') AND o.amount > 0)
         SELECT coalesce(l.operation_id, o.id)::text AS operation, o.kind, o.amount, o.currency, l.debit, l.credit,
                l.amount AS posted, l.currency AS posted_currency
         FROM payment.ledger l FULL JOIN operation o ON o.id = l.operation_id
         WHERE l.operation_id IS NULL OR o.id IS NULL OR l.amount <> o.amount OR l.currency <> o.currency
            OR (l.debit, l.credit) IS DISTINCT FROM
               (CASE o.kind WHEN 'capture' THEN 'provider' ELSE 'sales' END, CASE o.kind WHEN 'capture' THEN 'sales' ELSE 'provider' END)
         UNION ALL
         SELECT operation_id::text, 'posted ' || count(*) || ' times', NULL, NULL, NULL, NULL, NULL, NULL
         FROM payment.ledger GROUP BY operation_id HAVING count(*) > 1
         UNION ALL
         SELECT 'all', 'balance of ' || account, sum(net), currency, NULL, NULL, sum(booked), currency
         FROM (SELECT account, currency, CASE account WHEN 'provider' THEN 1 ELSE -1 END * (captured - refunded) AS net, 0 AS booked
               FROM payment.payment, (VALUES ('provider'), ('sales')) a(account) WHERE currency IS NOT NULL
               UNION ALL SELECT debit, currency, 0, amount FROM payment.ledger
               UNION ALL SELECT credit, currency, 0, -amount FROM payment.ledger) sides
         GROUP BY account, currency HAVING sum(net) <> sum(booked)`,
      ),
  },
  {
    number: '1b',
    title:
      'captured <= authorised, refunded <= captured, and a payment says what its operations and the ledger say',
    atRest: false,
    check: ({ payment }) =>
      none(
        payment,
        'payments with their operations and their entries in the ledger',
        'payment.payment',
        `WITH operations AS (
           SELECT payment_id, coalesce(sum(amount) FILTER (WHERE kind = 'authorize' AND status = 'DONE'), 0) AS authorized,
                  coalesce(sum(amount) FILTER (WHERE kind = 'refund' AND status IN ('PENDING', 'UNKNOWN')), 0) AS refunding
           FROM payment.operation GROUP BY payment_id)
         SELECT p.order_id, p.status, p.amount, o.authorized, p.captured, l.captured AS ledger_captured,
                p.refunded, l.refunded AS ledger_refunded, p.refunding, o.refunding AS open_refunds
         FROM payment.payment p LEFT JOIN (${ledgerOfPayments}) l ON l.payment_id = p.id LEFT JOIN operations o ON o.payment_id = p.id
         WHERE p.captured > coalesce(p.amount, 0) OR p.captured > coalesce(o.authorized, 0)
            OR p.refunded + p.refunding > p.captured OR least(p.captured, p.refunded, p.refunding) < 0
            OR p.captured <> coalesce(l.captured, 0) OR p.refunded <> coalesce(l.refunded, 0)
            OR p.refunding <> coalesce(o.refunding, 0)
            OR CASE p.status
                 WHEN 'CAPTURED' THEN p.captured <> p.amount
                 WHEN 'REFUNDED' THEN p.captured <> p.amount OR p.refunded <> p.captured
                 WHEN 'NEW' THEN p.captured <> 0
                 WHEN 'AUTHORIZED' THEN p.captured <> 0 OR o.authorized IS DISTINCT FROM p.amount
                 ELSE p.refunded + p.refunding <> p.captured -- a late success, which is being given back
               END`,
      ),
  },
  {
    number: '1c',
    title: 'an order has one payment, which is authorised, captured and voided at most once',
    atRest: false,
    check: ({ payment }) =>
      none(
        payment,
        'payments and operations, by order',
        'payment.operation',
        `SELECT p.order_id, count(DISTINCT p.id) AS payments, count(o.id) FILTER (WHERE kind = 'authorize') AS authorize,
                count(o.id) FILTER (WHERE kind = 'capture') AS capture, count(o.id) FILTER (WHERE kind = 'void') AS void
         FROM payment.payment p LEFT JOIN payment.operation o ON o.payment_id = p.id
         GROUP BY p.order_id
         HAVING count(DISTINCT p.id) > 1 OR count(o.id) FILTER (WHERE kind = 'authorize') > 1
             OR count(o.id) FILTER (WHERE kind = 'capture') > 1 OR count(o.id) FILTER (WHERE kind = 'void') > 1
         UNION ALL
         SELECT NULL, 0, count(*) FILTER (WHERE kind = 'authorize'), count(*) FILTER (WHERE kind = 'capture'),
                count(*) FILTER (WHERE kind = 'void')
         FROM payment.operation o WHERE NOT EXISTS (SELECT FROM payment.payment p WHERE p.id = o.payment_id)
         HAVING count(*) > 0`,
      ),
  },
];
