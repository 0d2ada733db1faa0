import { statement, type Tx } from '@msa-event-market/shared-sdk/db';
import { append } from '@msa-event-market/shared-sdk/outbox';
import type { Line, Reservation, Trigger } from '../domain/reservation.js';
import type { Held, Outcome } from '../domain/reservation-batch.js';
import type { Stock } from '../domain/stock.js';
import type { Reservations } from '../use-cases/ports.js';
import { stockColumns, writeStock } from './stock-rows.js';

const lockReservations = statement<Pick<Reservation, 'orderId' | 'status' | 'version'>>(
  'reservation_lock',
  `SELECT order_id AS "orderId", status, version FROM reservation
   WHERE order_id = ANY($1::uuid[]) ORDER BY order_id FOR UPDATE`,
);
const readLines = statement<Line & { orderId: string }>(
  'reservation_lines',
  `SELECT order_id AS "orderId", product_id AS "productId", quantity FROM reservation_line
   WHERE order_id = ANY($1::uuid[])`,
);
// The products of the placed lines ($1) and of the reservations that are confirmed or cancelled ($2), in one pass and
// in one order: whoever locks several stock rows does so by product id, so that no two of them wait for each other.
const lockStock = statement<Stock>(
  'reservation_lock_stock',
  `SELECT ${stockColumns} FROM stock
   WHERE product_id = ANY(ARRAY(SELECT unnest($1::uuid[]) UNION
                                SELECT product_id FROM reservation_line WHERE order_id = ANY($2::uuid[])))
   ORDER BY product_id FOR UPDATE`,
);

export const reservationRepository = (): Reservations => ({ lock, save });

// Reservations first, then stock. The three statements are sent at once, yet each of them sees what was committed
// while the one before it waited for a lock.
async function lock(tx: Tx, messages: readonly Trigger[]): Promise<Held> {
  const orders = new Set<string>();
  const known = new Set<string>();
  const products = new Set<string>();
  for (const message of messages) {
    orders.add(message.payload.orderId);
    if (message.type === 'OrderPlaced')
      for (const line of message.payload.lines) products.add(line.productId);
    else known.add(message.payload.orderId);
  }
  const [reservations, lines, stock] = await Promise.all([
    tx.query(lockReservations([[...orders]])),
    tx.query(readLines([[...known]])),
    tx.query(lockStock([[...products], [...known]])),
  ]);

  const linesOf = new Map<string, Line[]>();
  for (const { orderId, productId, quantity } of lines.rows) {
    const line = { productId, quantity };
    const sameOrder = linesOf.get(orderId);
    if (sameOrder) sameOrder.push(line);
    else linesOf.set(orderId, [line]);
  }
  return {
    reservations: new Map(
      reservations.rows.map((row) => [row.orderId, { ...row, lines: linesOf.get(row.orderId) ?? [] }]),
    ),
    shelf: new Map(stock.rows.map((row) => [row.productId, row])),
  };
}

// No ON CONFLICT: the key waits for a commit under way elsewhere (a consumer that lost its partition and does not
// know it yet) and then refuses, which rolls this batch back. Taken again, it finds the row and decides on it; going
// on over the conflict would answer an order twice.
const insertReservations = statement(
  'reservation_insert',
  `INSERT INTO reservation (order_id, status, version) SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[])`,
);
const insertLines = statement(
  'reservation_insert_lines',
  `INSERT INTO reservation_line (order_id, product_id, quantity)
   SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[])`,
);
const updateReservations = statement(
  'reservation_update',
  `UPDATE reservation SET status = new.status, version = new.version
   FROM unnest($1::uuid[], $2::text[], $3::int[]) new(order_id, status, version)
   WHERE reservation.order_id = new.order_id`,
);

function save(tx: Tx, held: Held, { reservations, stock, events }: Outcome): void {
  const isNew = ({ orderId }: Reservation) => !held.reservations.has(orderId);
  const created = reservations.filter(isNew);
  const changed = reservations.filter((reservation) => !isNew(reservation));
  const lines = created.flatMap(({ orderId, lines }) => lines.map((line) => ({ orderId, ...line })));

  writeStock(tx, stock);
  if (created.length > 0) tx.query(insertReservations(columns(created)));
  if (lines.length > 0)
    tx.query(
      insertLines([
        lines.map((line) => line.orderId),
        lines.map((line) => line.productId),
        lines.map((line) => line.quantity),
      ]),
    );
  if (changed.length > 0) tx.query(updateReservations(columns(changed)));
  append(tx, events);
}

const columns = (rows: Reservation[]) => [
  rows.map((row) => row.orderId),
  rows.map((row) => row.status),
  rows.map((row) => row.version),
];
