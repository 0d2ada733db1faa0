import { byKey, type Invariant, none } from './invariant.js';

interface OrderRow {
  id: string;
  status: string;
  total: number;
}
interface PaymentRow {
  order_id: string;
  captured: number;
  refunded: number;
  by_admin: number;
}
interface BookRow {
  order_id: string;
  captures: number;
  captured: number;
  refunded: number;
}

const paid = ['CONFIRMED', 'SHIPPED', 'DELIVERED'];
const unpaid = ['REJECTED', 'CANCELLED', 'EXPIRED'];

const ledgerOfPayments = `
  SELECT o.payment_id, sum(l.amount) FILTER (WHERE l.debit = 'provider')::bigint AS captured,
         sum(l.amount) FILTER (WHERE l.credit = 'provider')::bigint AS refunded
  FROM payment.ledger l JOIN payment.operation o ON o.id = l.operation_id GROUP BY o.payment_id`;

export const money: Invariant[] = [
  {
    number: '1a',
    title: 'the ledger’s debits equal its credits, account by account',
    atRest: false,
    check: ({ payment }) =>
      none(
        payment,
        'entries of the ledger: the balances of all accounts sum to zero, and every entry belongs to an operation that is done',
        'payment.ledger',
        `SELECT 'all' AS account, sum(amount) AS balance FROM (
           SELECT debit AS account, amount FROM payment.ledger UNION ALL SELECT credit, -amount FROM payment.ledger) sides
         HAVING sum(amount) <> 0
         UNION ALL SELECT l.operation_id::text, l.amount FROM payment.ledger l
         LEFT JOIN payment.operation o ON o.id = l.operation_id AND o.status = 'DONE' WHERE o.id IS NULL`,
      ),
  },
  {
    number: '1b',
    title: 'captured <= authorised, refunded <= captured, and the ledger says the same as the payments',
    atRest: false,
    check: ({ payment }) =>
      none(
        payment,
        'payments with the sums of their ledger entries',
        'payment.payment',
        `SELECT p.order_id, p.amount, p.captured, p.refunded, coalesce(l.captured, 0) AS ledger_captured, coalesce(l.refunded, 0) AS ledger_refunded
         FROM payment.payment p LEFT JOIN (${ledgerOfPayments}) l ON l.payment_id = p.id
         WHERE p.captured > coalesce(p.amount, 0) OR p.refunded + p.refunding > p.captured
            OR (p.status NOT IN ('CANCELLED', 'VOIDED', 'DECLINED')
                AND (p.captured <> coalesce(l.captured, 0) OR p.refunded <> coalesce(l.refunded, 0)))
            OR coalesce(l.refunded, 0) > coalesce(l.captured, 0)`,
      ),
  },
  {
    number: '1c',
    title: 'an order is captured at most once',
    atRest: false,
    check: ({ payment }) =>
      none(
        payment,
        'captures that are done, by payment',
        `payment.operation WHERE kind = 'capture'`,
        `SELECT payment_id, count(*) AS captures FROM payment.operation WHERE kind = 'capture' AND status = 'DONE'
         GROUP BY payment_id HAVING count(*) > 1`,
      ),
  },
  {
    number: '2a',
    title: 'who has an order has paid it in full; who has none has paid nothing',
    atRest: true,
    async check({ orders, payment }) {
      const all = await orders<OrderRow>('SELECT id, status, total FROM orders.orders');
      const payments = byKey(
        await payment<PaymentRow>(
          `SELECT p.order_id, p.captured, p.refunded,
             coalesce((SELECT sum(amount) FROM payment.operation o WHERE o.payment_id = p.id AND o.kind = 'refund'
                       AND o.status = 'DONE' AND o.requested_by IS NOT NULL), 0)::bigint AS by_admin
           FROM payment.payment p`,
        ),
        ({ order_id }) => order_id,
      );
      const violations: string[] = [];
      for (const { id, status, total } of all) {
        const { captured, refunded, by_admin } = payments.get(id) ?? {
          captured: 0,
          refunded: 0,
          by_admin: 0,
        };
        const net = captured - refunded;
        if (paid.includes(status) && (captured !== total || net !== total - by_admin))
          violations.push(
            `order ${id} is ${status} with total ${total}, captured ${captured}, refunded ${refunded}, by admins ${by_admin}`,
          );
        if (unpaid.includes(status) && net !== 0)
          violations.push(`order ${id} is ${status}, yet ${net} of it is kept`);
        payments.delete(id);
      }
      for (const id of payments.keys()) violations.push(`a payment for order ${id}, which does not exist`);
      return { rows: all.length, compared: 'orders with their payments', violations };
    },
  },
  {
    number: '2b',
    title: 'the provider’s own book says the same as ours',
    atRest: true,
    async check({ payment, sandbox }) {
      const ours = await payment<BookRow>(
        `SELECT p.order_id, 0 AS captures, coalesce(l.captured, 0)::bigint AS captured, coalesce(l.refunded, 0)::bigint AS refunded
         FROM payment.payment p LEFT JOIN (${ledgerOfPayments}) l ON l.payment_id = p.id`,
      );
      const theirs = byKey(
        await sandbox<BookRow>(
          `SELECT order_id, count(*) FILTER (WHERE kind = 'capture')::int AS captures,
             coalesce(sum(amount) FILTER (WHERE kind = 'capture'), 0)::bigint AS captured,
             coalesce(sum(amount) FILTER (WHERE kind = 'refund'), 0)::bigint AS refunded
           FROM sandbox.book WHERE outcome = 'done' GROUP BY order_id`,
        ),
        ({ order_id }) => order_id,
      );
      const violations: string[] = [];
      for (const our of ours) {
        const their = theirs.get(our.order_id) ?? { captures: 0, captured: 0, refunded: 0 };
        if (their.captures > 1)
          violations.push(`order ${our.order_id} was captured ${their.captures} times at the provider`);
        if (their.captured !== our.captured || their.refunded !== our.refunded)
          violations.push(
            `order ${our.order_id}: the provider has ${their.captured} captured and ${their.refunded} refunded, our ledger ${our.captured} and ${our.refunded}`,
          );
        theirs.delete(our.order_id);
      }
      for (const id of theirs.keys()) violations.push(`the provider knows order ${id}, we do not`);
      return { rows: ours.length, compared: 'payments with the book of the provider', violations };
    },
  },
];
