import { type Rows, statement, type Tx } from '@msa-event-market/shared-sdk/db';
import type { Order, Part } from '../domain/order.js';

interface OrderRow extends Omit<Order, 'parts' | 'expiresAt'> {
  deadlineAt: Date;
}

const columns = `id, user_id AS "userId", total, currency, method, deadline_at AS "deadlineAt", status, version, stock, money,
   outcome, reason`;

const lockById = statement<OrderRow>(
  'order_lock',
  `SELECT ${columns} FROM orders WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE`,
);
// A statement of its own behind the lock: a subquery of the locking statement would still see what was there before
// the lock was granted.
const partsById = statement<Part & { orderId: string }>(
  'order_parts',
  `SELECT order_id AS "orderId", store_id AS "storeId", seller_id AS "sellerId", status
   FROM order_store WHERE order_id = ANY ($1::uuid[]) ORDER BY order_id, store_id`,
);

export async function lock(tx: Tx, ids: string[]): Promise<Map<string, Order>> {
  const [orders, parts] = await Promise.all([tx.query(lockById([ids])), tx.query(partsById([ids]))]);
  return assemble(orders, parts);
}

// The sweeper's two reasons to stop an order that nobody asked to stop. SKIP LOCKED: another replica has those.
const lockOverdue = statement<OrderRow>(
  'order_lock_overdue',
  `SELECT ${columns} FROM orders
   WHERE status IN ('PENDING', 'RESERVED') AND deadline_at < now()
   ORDER BY deadline_at LIMIT $1 FOR UPDATE SKIP LOCKED`,
);
const stoppable = `o.status IN ('PENDING', 'RESERVED', 'CONFIRMED')
     AND NOT EXISTS (SELECT FROM order_store s WHERE s.order_id = o.id AND s.status <> 'OPEN')`;
const lockOrphans = statement<OrderRow & { orphan: 'USER_DELETED' | 'STORE_DELETED' }>(
  'order_lock_orphans',
  `SELECT ${columns}, CASE WHEN user_id IN (SELECT user_id FROM deleted_user) THEN 'USER_DELETED' ELSE 'STORE_DELETED' END AS orphan
   FROM orders o
   WHERE id IN (SELECT id FROM orders JOIN deleted_user USING (user_id) WHERE swept_at IS NULL
                UNION SELECT order_id FROM order_store JOIN deleted_store USING (store_id)
                WHERE swept_at IS NULL AND order_store.status = 'OPEN')
     AND ${stoppable}
   ORDER BY id LIMIT $1 FOR UPDATE OF o SKIP LOCKED`,
);

/**
 * No transaction that began before the deletion is still under way: nothing more can turn up. But what somebody else had
 * locked was skipped, so that having found none does not mean that there are none.
 */
export const markSwept = statement(
  'order_mark_swept',
  `WITH users AS (
     UPDATE deleted_user d SET swept_at = now() WHERE swept_at IS NULL AND deleted_at < now() - interval '5 minutes'
       AND NOT EXISTS (SELECT FROM orders o WHERE o.user_id = d.user_id AND ${stoppable})
   )
   UPDATE deleted_store d SET swept_at = now() WHERE swept_at IS NULL AND deleted_at < now() - interval '5 minutes'
     AND NOT EXISTS (SELECT FROM order_store p JOIN orders o ON o.id = p.order_id
                     WHERE p.store_id = d.store_id AND p.status = 'OPEN' AND ${stoppable})`,
);

export async function lockForSweep(tx: Tx, limit: number) {
  const [overdue, orphans] = await Promise.all([
    tx.query(lockOverdue([limit])),
    tx.query(lockOrphans([limit])),
  ]);
  const ids = [...overdue.rows, ...orphans.rows].map(({ id }) => id);
  const parts = ids.length > 0 ? await tx.query(partsById([ids])) : { rows: [], rowCount: 0 };
  return {
    orders: new Map([...assemble(overdue, parts), ...assemble(orphans, parts)]),
    overdue: overdue.rows.map(({ id }) => id),
    orphans: orphans.rows.map(({ id, orphan }) => ({ id, reason: orphan })),
  };
}

function assemble(orders: Rows<OrderRow>, parts: Rows<Part & { orderId: string }>): Map<string, Order> {
  const partsOf = new Map<string, Part[]>();
  for (const { orderId, ...part } of parts.rows)
    partsOf.set(orderId, [...(partsOf.get(orderId) ?? []), part]);
  return new Map(
    orders.rows.map(({ deadlineAt, ...row }) => [
      row.id,
      { ...row, expiresAt: deadlineAt.toISOString(), parts: partsOf.get(row.id) ?? [] },
    ]),
  );
}

const updateOrders = statement(
  'order_update',
  `UPDATE orders o SET status = new.status, version = new.version, stock = new.stock, money = new.money,
     outcome = new.outcome, reason = new.reason, updated_at = now()
   FROM unnest($1::uuid[], $2::text[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[])
     new(id, status, version, stock, money, outcome, reason)
   WHERE o.id = new.id`,
);
const updateParts = statement(
  'order_update_parts',
  `UPDATE order_store s SET status = new.status
   FROM unnest($1::uuid[], $2::uuid[], $3::text[]) new(order_id, store_id, status)
   WHERE s.order_id = new.order_id AND s.store_id = new.store_id AND s.status <> new.status`,
);
const insertHistory = statement(
  'order_history_insert',
  `INSERT INTO order_history (order_id, trigger, event_id, message_id, message, from_status, to_status, effect, trace_id)
   SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])`,
);

export interface HistoryEntry {
  orderId: string;
  trigger: string;
  eventId: string | null;
  messageId: string | null;
  message: string | null;
  from: string;
  to: string;
  effect: 'applied' | 'noted' | 'ignored';
  traceId: string | null;
}

/** Queues the writes of a batch: one statement a table. */
export function save(tx: Tx, before: Map<string, Order>, after: Order[], history: HistoryEntry[]): void {
  const changed = after.filter((order) => before.get(order.id) !== order);
  if (changed.length > 0)
    tx.query(
      updateOrders([
        changed.map((order) => order.id),
        changed.map((order) => order.status),
        changed.map((order) => order.version),
        changed.map((order) => order.stock),
        changed.map((order) => order.money),
        changed.map((order) => order.outcome),
        changed.map((order) => order.reason),
      ]),
    );
  const parts = changed
    .filter((order) => before.get(order.id)?.parts !== order.parts)
    .flatMap((order) => order.parts.map((part) => ({ orderId: order.id, ...part })));
  if (parts.length > 0)
    tx.query(
      updateParts([
        parts.map((part) => part.orderId),
        parts.map((part) => part.storeId),
        parts.map((part) => part.status),
      ]),
    );
  if (history.length > 0)
    tx.query(
      insertHistory([
        history.map((entry) => entry.orderId),
        history.map((entry) => entry.trigger),
        history.map((entry) => entry.eventId),
        history.map((entry) => entry.messageId),
        history.map((entry) => entry.message),
        history.map((entry) => entry.from),
        history.map((entry) => entry.to),
        history.map((entry) => entry.effect),
        history.map((entry) => entry.traceId),
      ]),
    );
}
