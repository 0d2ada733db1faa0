import type { Principal } from '@msa-event-market/shared-sdk/auth';
import { type Database, statement } from '@msa-event-market/shared-sdk/db';
import { errors } from '../domain/errors.js';
import { mostHistory } from '../domain/limits.js';
import type { Order } from '../domain/order.js';
import type { Address, Line } from '../domain/placing.js';
import { partsSeenBy, seesAll } from '../domain/requests.js';

export interface HistoryRow {
  seq: number;
  at: string;
  trigger: string;
  eventId: string | null;
  messageId: string | null;
  message: string | null;
  from: string | null;
  to: string;
  effect: 'applied' | 'noted' | 'ignored';
  traceId: string | null;
}

interface OrderRow
  extends Pick<
    Order,
    'id' | 'userId' | 'status' | 'version' | 'stock' | 'money' | 'reason' | 'total' | 'currency' | 'method'
  > {
  number: number;
  address: Address;
  createdAt: Date;
  updatedAt: Date;
  deadlineAt: Date;
  lines: Line[];
  parts: Order['parts'];
  history: HistoryRow[];
}

const columns = `o.id, o.number, o.user_id AS "userId", o.status, o.version, o.stock, o.money, o.reason, o.total, o.currency, o.method,
  o.address, o.created_at AS "createdAt", o.updated_at AS "updatedAt", o.deadline_at AS "deadlineAt"`;

const findById = statement<OrderRow>(
  'order_find',
  `SELECT ${columns},
     (SELECT jsonb_agg(jsonb_build_object('storeId', store_id, 'productId', product_id, 'name', name, 'quantity', quantity,
                                          'unitPrice', unit_price) ORDER BY line)
      FROM order_line WHERE order_id = o.id) AS lines,
     (SELECT jsonb_agg(jsonb_build_object('storeId', store_id, 'sellerId', seller_id, 'status', status) ORDER BY store_id)
      FROM order_store WHERE order_id = o.id) AS parts,
     (SELECT jsonb_agg(jsonb_build_object('seq', seq, 'at', at, 'trigger', trigger, 'eventId', event_id, 'messageId', message_id,
               'message', message,
               'from', from_status, 'to', to_status, 'effect', effect, 'traceId', trace_id) ORDER BY seq)
      FROM (SELECT * FROM order_history WHERE order_id = o.id ORDER BY seq DESC LIMIT ${mostHistory}) h) AS history
   FROM orders o WHERE o.id = $1`,
);

export interface VisibleOrder {
  order: OrderRow;
  /** Of a seller's own stores; undefined: all of it may be seen. */
  onlyStores: Set<string> | undefined;
}

/** The order as far as the caller may see it: the buyer and admins all of it, a seller what concerns their stores. */
export async function findOrder(db: Database, id: string, by: Principal): Promise<VisibleOrder> {
  const order = (await db.query(findById([id]))).rows[0];
  if (!order) throw errors.NOT_FOUND_ORDER(id);
  const seen = partsSeenBy(order, by).map(({ storeId }) => storeId);
  return { order, onlyStores: seesAll(order, by) ? undefined : new Set(seen) };
}

type SummaryRow = Omit<OrderRow, 'lines' | 'parts' | 'history'>;

// The newest first: a UUIDv7 sorts by time. $1 user or null for all, $2 status or null, $3 cursor or null, $4 limit.
const list = statement<SummaryRow>(
  'order_list',
  `SELECT ${columns} FROM orders o
   WHERE ($1::uuid IS NULL OR o.user_id = $1) AND ($2::text IS NULL OR o.status = $2) AND ($3::uuid IS NULL OR o.id < $3)
   ORDER BY o.id DESC LIMIT $4`,
);

export async function listOrders(
  db: Database,
  {
    userId,
    status,
    cursor,
    limit,
  }: { userId: string | null; status?: string; cursor?: string; limit: number },
): Promise<SummaryRow[]> {
  return (await db.read(list([userId, status ?? null, cursor ?? null, limit + 1]))).rows;
}
