import { setTimeout as sleep } from 'node:timers/promises';
import { together } from '@msa-event-market/shared-sdk/batching';
import { type Database, isTransient, statement, uuidv7 } from '@msa-event-market/shared-sdk/db';
import { currentTrace } from '@msa-event-market/shared-sdk/tracing';
import { errors } from '../domain/errors.js';
import type { Line, NewOrder, PlacedOrder } from '../domain/placing.js';
import type { Orders } from '../use-cases/ports.js';

const route = 'POST /v1/orders';

/** How long a copy waits for the first one, in this process or in another. */
const patienceMs = 2_000;

// Everything that a new order is, in one statement: the key that lets it be placed once, the order, its lines and
// parts, the first line of its history and its announcement. A key that is known, a user or a store that is gone, drops
// its order out of the statement alone. Keys are sorted: two statements with the same keys wait, and do not deadlock.
const place = statement<{ id: string; number: number; createdAt: Date; deadlineAt: Date }>(
  'order_place',
  `WITH incoming AS MATERIALIZED (
     SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::jsonb[],
                          $9::uuid[], $10::jsonb[], $11::text[])
       i(id, user_id, key, body_hash, total, currency, method, address, message_id, payload, traceparent)
   ), line AS MATERIALIZED (
     SELECT * FROM unnest($12::uuid[], $13::int[], $14::uuid[], $15::uuid[], $16::text[], $17::int[], $18::bigint[])
       l(order_id, line, store_id, product_id, name, quantity, unit_price)
   ), accepted AS (
     INSERT INTO idempotency (user_id, route, key, body_hash, order_id)
     SELECT user_id, '${route}', key, body_hash, id FROM incoming
     WHERE NOT EXISTS (SELECT FROM deleted_user d WHERE d.user_id = incoming.user_id)
       AND NOT EXISTS (SELECT FROM line JOIN deleted_store USING (store_id) WHERE line.order_id = incoming.id)
     ORDER BY user_id, key
     ON CONFLICT DO NOTHING RETURNING order_id AS id
   ), placed AS (
     INSERT INTO orders (id, user_id, status, version, stock, money, total, currency, method, address, deadline_at)
     SELECT id, user_id, 'PENDING', 1, 'ASKED', 'NONE', total, currency, method, address, now() + make_interval(secs => $19)
     FROM incoming JOIN accepted USING (id)
     RETURNING id, number, created_at, deadline_at
   ), lines AS (
     INSERT INTO order_line (order_id, line, store_id, product_id, name, quantity, unit_price)
     SELECT line.* FROM line JOIN accepted ON order_id = id
   ), parts AS (
     INSERT INTO order_store (order_id, store_id, seller_id)
     SELECT p.* FROM unnest($20::uuid[], $21::uuid[], $22::uuid[]) p(order_id, store_id, seller_id) JOIN accepted ON order_id = id
   ), history AS (
     INSERT INTO order_history (order_id, trigger, message_id, message, to_status, effect, trace_id)
     SELECT id, 'Place', message_id, 'OrderPlaced', 'PENDING', 'applied', split_part(traceparent, '-', 2) FROM incoming JOIN accepted USING (id)
   ), announced AS (
     INSERT INTO outbox (id, aggregatetype, aggregateid, type, version, payload, traceparent)
     SELECT message_id, 'order', id::text, 'OrderPlaced', 1,
            payload || jsonb_build_object('number', 'M-' || number,
              'expiresAt', to_char(deadline_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')), traceparent
     FROM incoming JOIN placed USING (id)
   )
   SELECT id, number, created_at AS "createdAt", deadline_at AS "deadlineAt" FROM placed`,
);

interface KnownRow {
  bodyHash: string;
  id: string;
  number: number;
  total: number;
  currency: string;
  method: string;
  address: PlacedOrder['address'];
  createdAt: Date;
  deadlineAt: Date;
  lines: Line[];
}

const known = statement<KnownRow>(
  'order_placed_before',
  `SELECT i.body_hash AS "bodyHash", o.id, o.number, o.total, o.currency, o.method, o.address, o.created_at AS "createdAt",
     o.deadline_at AS "deadlineAt",
     (SELECT jsonb_agg(jsonb_build_object('storeId', store_id, 'productId', product_id, 'quantity', quantity, 'name', name,
                                          'unitPrice', unit_price) ORDER BY line)
      FROM order_line WHERE order_id = o.id) AS lines
   FROM idempotency i JOIN orders o ON o.id = i.order_id
   WHERE i.user_id = $1 AND i.route = '${route}' AND i.key = $2`,
);

const refusal = statement<{ user: boolean; store: boolean }>(
  'order_refusal',
  `SELECT EXISTS (SELECT FROM deleted_user WHERE user_id = $1) AS user,
          EXISTS (SELECT FROM deleted_store WHERE store_id = ANY ($2::uuid[])) AS store`,
);

type Outcome =
  | { placed: Pick<PlacedOrder, 'number' | 'createdAt' | 'expiresAt'> }
  | { failed: unknown }
  | 'not placed'
  | 'locked';

/** Orders that arrive together share one statement and one commit; keys under way in this process wait here. */
export function placing(
  db: Database,
  { deadlineSeconds }: { deadlineSeconds: number },
): Pick<Orders, 'place' | 'placedBefore'> {
  const inFlight = new Map<string, { bodyHash: string; placed: Promise<PlacedOrder> }>();
  const share = together(placeAll, { most: 100, flights: 2 });

  async function placeAll(orders: Traced[]): Promise<Outcome[]> {
    try {
      const rows = await db.transaction(async (tx) => {
        tx.query({ text: `SET LOCAL lock_timeout = ${patienceMs}` }); // a copy of the request is under way in another process
        return (await tx.query(place(columns(orders, deadlineSeconds)))).rows;
      });
      const placed = new Map(rows.map((row) => [row.id, row]));
      return orders.map(({ id }) => {
        const row = placed.get(id);
        return row ? { placed: stamp(row) } : 'not placed';
      });
    } catch (error) {
      const locked = (error as { code?: string }).code === '55P03';
      if (orders.length === 1) return [locked ? 'locked' : { failed: error }];
      if (isTransient(error) && !locked) throw error;
      // One of them is the reason; the others must not pay for it.
      return (await Promise.all(orders.map((order) => placeAll([order])))).flat();
    }
  }

  async function placedBefore({ userId, key, bodyHash }: Pick<NewOrder, 'userId' | 'key' | 'bodyHash'>) {
    const row = (await db.query(known([userId, key]))).rows[0];
    if (!row) return undefined;
    if (row.bodyHash !== bodyHash) throw errors.IDEMPOTENCY_KEY_REUSED();
    const { id, total, currency, method, address, lines } = row;
    return { id, total, currency, method, address, lines, ...stamp(row) };
  }

  async function placeOnce(order: NewOrder): Promise<PlacedOrder> {
    const outcome = await share({ ...order, traceparent: currentTrace()?.traceparent ?? null });
    if (outcome === 'locked') throw errors.IDEMPOTENCY_KEY_IN_FLIGHT();
    if (outcome !== 'not placed') {
      if ('failed' in outcome) throw outcome.failed;
      const { id, total, currency, method, address, lines } = order;
      return { id, total, currency, method, address, lines, ...outcome.placed };
    }
    const before = await placedBefore(order);
    if (before) return before;
    const stores = order.lines.map(({ storeId }) => storeId);
    const gone = (await db.query(refusal([order.userId, stores]))).rows[0];
    throw gone?.user
      ? errors.ACCOUNT_DELETED()
      : gone?.store
        ? errors.STORE_CLOSED()
        : errors.IDEMPOTENCY_KEY_IN_FLIGHT();
  }

  return {
    placedBefore,
    async place(order) {
      const name = `${order.userId} ${order.key}`;
      // Not through the database: copies in one statement would drop each other, copies in two would hold a connection.
      // They take what the first came to; when it failed, the next one tries.
      let late: Promise<'late'> | undefined;
      for (let first = inFlight.get(name); first; first = inFlight.get(name)) {
        late ??= sleep(patienceMs, 'late', { ref: false });
        const outcome = await Promise.race([first.placed.catch(() => 'failed' as const), late]);
        if (outcome === 'late') throw errors.IDEMPOTENCY_KEY_IN_FLIGHT();
        if (outcome === 'failed') continue;
        if (first.bodyHash !== order.bodyHash) throw errors.IDEMPOTENCY_KEY_REUSED();
        return outcome;
      }
      const placed = placeOnce(order).finally(() => inFlight.delete(name));
      inFlight.set(name, { bodyHash: order.bodyHash, placed });
      return placed;
    },
  };
}

type Traced = NewOrder & { traceparent: string | null };

const stamp = ({ number, createdAt, deadlineAt }: { number: number; createdAt: Date; deadlineAt: Date }) => ({
  number: `M-${number}`,
  createdAt: createdAt.toISOString(),
  expiresAt: deadlineAt.toISOString(),
});

function columns(orders: Traced[], deadlineSeconds: number): unknown[] {
  const lines = orders.flatMap((order) => order.lines.map((line, i) => ({ orderId: order.id, i, ...line })));
  const parts = orders.flatMap((order) =>
    [...order.sellers].map(([storeId, sellerId]) => ({ orderId: order.id, storeId, sellerId })),
  );
  return [
    orders.map((order) => order.id),
    orders.map((order) => order.userId),
    orders.map((order) => order.key),
    orders.map((order) => order.bodyHash),
    orders.map((order) => order.total),
    orders.map((order) => order.currency),
    orders.map((order) => order.method),
    orders.map((order) => JSON.stringify(order.address)),
    orders.map(() => uuidv7()),
    orders.map((order) => JSON.stringify(placedPayload(order))),
    orders.map((order) => order.traceparent),
    lines.map((line) => line.orderId),
    lines.map((line) => line.i),
    lines.map((line) => line.storeId),
    lines.map((line) => line.productId),
    lines.map((line) => line.name),
    lines.map((line) => line.quantity),
    lines.map((line) => line.unitPrice),
    deadlineSeconds,
    parts.map((part) => part.orderId),
    parts.map((part) => part.storeId),
    parts.map((part) => part.sellerId),
  ];
}

const placedPayload = ({ id, userId, lines, total, currency }: NewOrder) => ({
  orderId: id,
  userId,
  lines: lines.map(({ storeId, productId, quantity, unitPrice }) => ({
    storeId,
    productId,
    quantity,
    unitPrice,
  })),
  total,
  currency,
});
