import { byKey, type Invariant } from './invariant.js';
import { ledgerOfPayments } from './ledger.js';

interface OrderRow {
  id: string;
  user_id: string;
  status: string;
  total: number;
  currency: string;
}
interface PaymentRow {
  order_id: string;
  user_id: string;
  amount: number | null;
  currency: string | null;
  captured: number;
  refunded: number;
  by_admin: number;
}
interface OperationRow {
  id: string;
  order_id: string;
  kind: string;
  amount: number;
  currency: string;
  status: string;
  /** It was given up; the provider is still asked about it now and then. */
  asked_about: boolean;
}
interface BookRow {
  key: string;
  order_id: string;
  kind: string;
  amount: number;
  currency: string;
  outcome: 'done' | 'refused';
}

const paid = ['CONFIRMED', 'SHIPPED', 'DELIVERED'];
const unpaid = ['REJECTED', 'CANCELLED', 'EXPIRED'];

const operations = `
  SELECT o.id, p.order_id, o.kind, o.amount, p.currency, o.status,
         o.status = 'ABANDONED' AND o.next_attempt_at IS NOT NULL AS asked_about
  FROM payment.operation o JOIN payment.payment p ON p.id = o.payment_id`;
const book = 'SELECT key, order_id, kind, amount, currency, outcome FROM sandbox.book';

export const money: Invariant[] = [
  {
    number: '2a',
    title: 'who has an order has paid it in full; who has none has paid nothing',
    atRest: true,
    async check({ orders, payment }) {
      const all = await orders<OrderRow>('SELECT id, user_id, status, total, currency FROM orders.orders');
      const payments = byKey(
        await payment<PaymentRow>(
          `SELECT p.order_id, p.user_id, p.amount, p.currency, coalesce(l.captured, 0) AS captured, coalesce(l.refunded, 0) AS refunded,
             coalesce((SELECT sum(amount) FROM payment.operation o WHERE o.payment_id = p.id AND o.kind = 'refund'
                       AND o.status = 'DONE' AND o.requested_by IS NOT NULL), 0)::bigint AS by_admin
           FROM payment.payment p LEFT JOIN (${ledgerOfPayments}) l ON l.payment_id = p.id`,
        ),
        ({ order_id }) => order_id,
      );
      const violations: string[] = [];
      for (const { id, user_id, status, total, currency } of all) {
        const payment = payments.get(id);
        const { captured, refunded, by_admin } = payment ?? { captured: 0, refunded: 0, by_admin: 0 };
        const net = captured - refunded;
        if (paid.includes(status) && (captured !== total || net !== total - by_admin))
          violations.push(
            `order ${id} is ${status} with total ${total}, captured ${captured}, refunded ${refunded}, by admins ${by_admin}`,
          );
        if (unpaid.includes(status) && net !== 0)
          violations.push(`order ${id} is ${status}, yet ${net} of it is kept`);
        const { amount, currency: asked } = payment ?? { amount: null, currency: null };
        if (amount !== null && (amount !== total || asked !== currency))
          violations.push(`order ${id} costs ${total} ${currency}, its payment is of ${amount} ${asked}`);
        if (payment && payment.user_id !== user_id)
          violations.push(`order ${id} is of user ${user_id}, its payment of ${payment.user_id}`);
        payments.delete(id);
      }
      for (const id of payments.keys()) violations.push(`a payment for order ${id}, which does not exist`);
      return { rows: all.length, compared: 'orders with their payments and the ledger', violations };
    },
  },
  {
    number: '2b',
    title: 'the provider’s own book says the same as ours',
    atRest: true,
    async check({ payment, sandbox }) {
      const ours = byKey(await payment<OperationRow>(operations), ({ id }) => id);
      const theirs = byKey(await sandbox<BookRow>(book), ({ key }) => key);
      const violations: string[] = [];
      for (const { key, ...entry } of theirs.values()) {
        const our = ours.get(key);
        const what = `${entry.kind} ${key} of order ${entry.order_id}`;
        if (!our) violations.push(`the provider has ${entry.outcome} ${what}, which we never asked for`);
        else if (
          (['order_id', 'kind', 'amount', 'currency'] as const).some((name) => our[name] !== entry[name])
        )
          violations.push(
            `${what} is of ${entry.amount} ${entry.currency} at the provider, here ${our.kind} of ${our.amount} ${our.currency} for order ${our.order_id}`,
          );
        else if (our.status !== { done: 'DONE', refused: 'FAILED' }[entry.outcome] && !our.asked_about)
          violations.push(`${what} is ${entry.outcome} at the provider, here ${our.status}`);
      }
      for (const { id, kind, order_id, status } of ours.values())
        if ((status === 'DONE' || status === 'FAILED') && !theirs.has(id))
          violations.push(
            `${kind} ${id} of order ${order_id} is ${status} here, the provider does not know it`,
          );
      return {
        rows: theirs.size,
        compared: `entries of the provider’s book with ${ours.size} operations`,
        violations,
      };
    },
  },
  {
    number: '2c',
    title:
      'an order is captured at the provider once; no money stays authorised that nobody captures or releases',
    atRest: true,
    async check({ payment, sandbox }) {
      const waiting = new Set(
        (await payment<OperationRow>(operations)).flatMap(({ id, asked_about }) => (asked_about ? [id] : [])),
      );
      const byOrder = new Map<string, BookRow[]>();
      for (const entry of await sandbox<BookRow>(`${book} WHERE outcome = 'done'`))
        byOrder.set(entry.order_id, [...(byOrder.get(entry.order_id) ?? []), entry]);
      const violations: string[] = [];
      for (const [id, entries] of byOrder) {
        const sum = (kind: string) =>
          entries.filter((entry) => entry.kind === kind).reduce((total, { amount }) => total + amount, 0);
        const captures = entries.filter(({ kind }) => kind === 'capture').length;
        if (captures > 1) violations.push(`order ${id} is captured ${captures} times at the provider`);
        if (sum('capture') > sum('authorize') || sum('refund') > sum('capture'))
          violations.push(
            `order ${id} at the provider: authorised ${sum('authorize')}, captured ${sum('capture')}, refunded ${sum('refund')}`,
          );
        const open = entries.some(({ kind, key }) => kind === 'authorize' && !waiting.has(key));
        if (open && captures === 0 && !entries.some(({ kind }) => kind === 'void'))
          violations.push(`order ${id}: ${sum('authorize')} are still authorised at the provider`);
      }
      return { rows: byOrder.size, compared: 'orders in the provider’s book', violations };
    },
  },
];
