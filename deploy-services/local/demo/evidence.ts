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

/** What stands in the log, in the services' databases and in the provider's own book; read, never written. */
export function evidenceOf({ check, checkSandbox }: MarketFile['databases']) {
  const open = (connectionString: string) => {
    const pool = new pg.Pool({ connectionString, max: 1, connectionTimeoutMillis: 5_000 });
    pool.on('error', () => {}); // an idle connection that breaks; the next query tells
    return pool;
  };
  const market = open(check);
  const sandbox = open(checkSandbox);
  const rows = async <R extends pg.QueryResultRow>(pool: pg.Pool, text: string, id: string) =>
    (await pool.query<R>(text, [id])).rows;

  return {
    /** The events of an order, in the order of their writing. */
    events: (orderId: string) =>
      rows<LoggedEvent>(
        market,
        `SELECT l.event_id AS id, l.topic, l.key, l.type, l.version, l.occurred_at AS "occurredAt",
           split_part(l.traceparent, '-', 2) AS "traceId", l.payload, h.from_status AS from, h.to_status AS to
         FROM events.log l LEFT JOIN orders.order_history h ON h.message_id = l.event_id
         WHERE l.topic IN ('order', 'stock', 'payment') AND l.key = $1 ORDER BY l.occurred_at, l.event_id`,
        orderId,
      ),

    async shelf(productId: string): Promise<Shelf> {
      const [row] = await rows<Shelf>(
        market,
        `SELECT available::int, reserved::int, sold::int FROM store.stock WHERE product_id = $1`,
        productId,
      );
      return row as Shelf;
    },

    async books(orderId: string): Promise<Books> {
      const [[order], [reservation], [payment], ledger, provider] = await Promise.all([
        rows<Books['order']>(
          market,
          `SELECT status, money, (SELECT count(*)::int FROM orders.order_history WHERE order_id = id) AS steps
           FROM orders.orders WHERE id = $1`,
          orderId,
        ),
        rows<{ status: string }>(market, 'SELECT status FROM store.reservation WHERE order_id = $1', orderId),
        rows<NonNullable<Books['payment']>>(
          market,
          'SELECT status, captured::int, refunded::int FROM payment.payment WHERE order_id = $1',
          orderId,
        ),
        rows<Books['ledger'][number]>(
          market,
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
      await Promise.all([market.end(), sandbox.end()]);
    },
  };
}
