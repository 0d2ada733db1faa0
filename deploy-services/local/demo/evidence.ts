import pg from 'pg';
import type { MarketFile } from '../market-file.js';

export interface LoggedEvent {
  id: string;
  topic: string;
  key: string;
  type: string;
  version: number;
  occurredAt: Date;
  traceId: string | null;
  payload: Record<string, unknown>;
  /** For the order's own events, from its history. */
  from: string | null;
  to: string | null;
}

export interface Shelf {
  available: number;
  reserved: number;
  sold: number;
}

export interface Books {
  order: { status: string; money: string; steps: number };
  reservation: string | undefined;
  payment: { status: string; captured: number; refunded: number } | undefined;
  ledger: { debit: string; credit: string; amount: number }[];
  provider: { kind: string; amount: number; outcome: string; reason: string | null }[];
}

export type Evidence = ReturnType<typeof evidenceOf>;

/** What stands in the services' databases, their outboxes among it, and in the provider's own book; read, never written. */
export function evidenceOf({ check, checkSandbox }: MarketFile['databases']) {
  const open = (connectionString: string) => {
    const pool = new pg.Pool({ connectionString, max: 1, connectionTimeoutMillis: 5_000 });
    pool.on('error', () => {}); // an idle connection that breaks; the next query tells
    return pool;
  };
  const [store, orders, payments] = [open(check.store), open(check.order), open(check.payment)];
  const sandbox = open(checkSandbox);
  const rows = async <R extends pg.QueryResultRow>(pool: pg.Pool, text: string, id: string) =>
    (await pool.query<R>(text, [id])).rows;

  return {
    /** The events of an order, in the order of their writing. */
    async events(orderId: string): Promise<LoggedEvent[]> {
      const columns = `o.id, o.aggregatetype AS topic, o.aggregateid AS key, o.type, o.version,
        o.created_at AS "occurredAt", split_part(o.traceparent, '-', 2) AS "traceId", o.payload`;
      const all = await Promise.all([
        rows<LoggedEvent>(
          orders,
          `SELECT ${columns}, h.from_status AS from, h.to_status AS to
           FROM orders.outbox o LEFT JOIN orders.order_history h ON h.message_id = o.id WHERE o.aggregateid = $1`,
          orderId,
        ),
        ...(
          [
            [store, 'store'],
            [payments, 'payment'],
          ] as const
        ).map(([pool, schema]) =>
          rows<LoggedEvent>(
            pool,
            `SELECT ${columns}, NULL AS from, NULL AS to FROM ${schema}.outbox o WHERE o.aggregateid = $1`,
            orderId,
          ),
        ),
      ]);
      const order = ({ occurredAt, id }: LoggedEvent) => `${occurredAt.toISOString()} ${id}`;
      return all.flat().sort((a, b) => (order(a) < order(b) ? -1 : 1));
    },

    async shelf(productId: string): Promise<Shelf> {
      const [row] = await rows<Shelf>(
        store,
        `SELECT available::int, reserved::int, sold::int FROM store.stock WHERE product_id = $1`,
        productId,
      );
      return row as Shelf;
    },

    async books(orderId: string): Promise<Books> {
      const [[order], [reservation], [payment], ledger, provider] = await Promise.all([
        rows<Books['order']>(
          orders,
          `SELECT status, money, (SELECT count(*)::int FROM orders.order_history WHERE order_id = id) AS steps
           FROM orders.orders WHERE id = $1`,
          orderId,
        ),
        rows<{ status: string }>(store, 'SELECT status FROM store.reservation WHERE order_id = $1', orderId),
        rows<NonNullable<Books['payment']>>(
          payments,
          'SELECT status, captured::int, refunded::int FROM payment.payment WHERE order_id = $1',
          orderId,
        ),
        rows<Books['ledger'][number]>(
          payments,
          `SELECT l.debit, l.credit, l.amount::int FROM payment.ledger l
           JOIN payment.operation o ON o.id = l.operation_id JOIN payment.payment p ON p.id = o.payment_id
           WHERE p.order_id = $1 ORDER BY l.entry`,
          orderId,
        ),
        rows<Books['provider'][number]>(
          sandbox,
          'SELECT kind, amount::int, outcome, reason FROM sandbox.book WHERE order_id = $1 ORDER BY created_at, key',
          orderId,
        ),
      ]);
      return { order: order as Books['order'], reservation: reservation?.status, payment, ledger, provider };
    },

    async close(): Promise<void> {
      await Promise.all([store, orders, payments, sandbox].map((pool) => pool.end()));
    },
  };
}
