import type { EventOf, orderEvents } from '@msa-event-market/shared-sdk/events';
import { move, type Place, type Stock } from './stock.js';

/** A reservation is never deleted, whatever its status: it says that its order was decided on, once for all. */
export type Status = 'RESERVED' | 'REJECTED' | 'COMMITTED' | 'RELEASED';

export interface Line {
  productId: string;
  quantity: number;
}

export interface Reservation {
  orderId: string;
  status: Status;
  /** How many records of this order the topic `stock` has. */
  version: number;
  /** What was reserved, one line a product; none when rejected, or cancelled before it was placed. */
  lines: readonly Line[];
}

type Message<T extends string> = Extract<EventOf<typeof orderEvents>, { type: T }>;
export type Trigger = Message<'OrderPlaced' | 'OrderConfirmed' | 'OrderCancelling'>;

export interface ShortLine {
  productId: string;
  requested: number;
  available: number;
}

export type Answer =
  | { type: 'StockReserved'; payload: { orderId: string } }
  | {
      type: 'StockRejected';
      payload: { orderId: string; reason: 'OUT_OF_STOCK' | 'PRODUCT_GONE'; lines: ShortLine[] };
    }
  | { type: 'StockReleased'; payload: { orderId: string; restocked: boolean } };

export type Decision =
  | { effect: 'applied'; reservation: Reservation; stock: Stock[]; answer?: Answer }
  | { effect: 'ignored' }
  /** Ignored too, but impossible while both services keep to the table: somebody should look. */
  | { effect: 'unexpected' }
  /** The order was confirmed, so it was reserved: the reservation is there, only not visible here yet. */
  | { effect: 'unknown' };

/** Stock by product id, of all products that the reservation or the message names; of unknown ones there is none. */
export type Shelf = ReadonlyMap<string, Stock>;

type Rule = (reservation: Reservation, shelf: Shelf) => Decision;
const ignored = (): Decision => ({ effect: 'ignored' });
const unexpected = (): Decision => ({ effect: 'unexpected' });

// biome-ignore format: a table, to be held against the one in the README
const table: Record<Status, Record<Trigger['type'], Rule>> = {
  RESERVED:  { OrderPlaced: ignored, OrderConfirmed: commit,     OrderCancelling: release },
  REJECTED:  { OrderPlaced: ignored, OrderConfirmed: unexpected, OrderCancelling: nothingToRelease },
  COMMITTED: { OrderPlaced: ignored, OrderConfirmed: ignored,    OrderCancelling: restock },
  RELEASED:  { OrderPlaced: ignored, OrderConfirmed: ignored,    OrderCancelling: ignored },
};

/** One message of an order against its reservation. Pure: nothing here awaits, logs or reads a clock. */
export function decide(reservation: Reservation | undefined, shelf: Shelf, message: Trigger): Decision {
  if (message.type === 'OrderCancelling' && !message.payload.compensate.includes('stock')) return ignored();
  if (reservation) return table[reservation.status][message.type](reservation, shelf);
  switch (message.type) {
    case 'OrderPlaced':
      return reserveOrReject(message.payload.orderId, onePerProduct(message.payload.lines), shelf);
    case 'OrderConfirmed':
      return { effect: 'unknown' };
    case 'OrderCancelling':
      return tombstone(message.payload.orderId);
  }
}

function reserveOrReject(orderId: string, lines: Line[], shelf: Shelf): Decision {
  const gone = ({ productId }: Line) => shelf.get(productId)?.gone ?? true;
  const available = (line: Line) => (gone(line) ? 0 : (shelf.get(line.productId)?.available ?? 0));
  const short = lines.filter((line) => gone(line) || available(line) < line.quantity);
  if (short.length === 0) {
    return {
      effect: 'applied',
      reservation: { orderId, status: 'RESERVED', version: 1, lines },
      stock: moveAll(lines, shelf, 'available', 'reserved'),
      answer: { type: 'StockReserved', payload: { orderId } },
    };
  }
  const reason = short.some(gone) ? 'PRODUCT_GONE' : 'OUT_OF_STOCK';
  const missing = short.map((line) => ({
    productId: line.productId,
    requested: line.quantity,
    available: available(line),
  }));
  return {
    effect: 'applied',
    reservation: { orderId, status: 'REJECTED', version: 1, lines: [] },
    stock: [],
    answer: { type: 'StockRejected', payload: { orderId, reason, lines: missing } },
  };
}

/** The cancellation came first: it is recorded, and the reservation that follows finds it and does nothing. */
function tombstone(orderId: string): Decision {
  return {
    effect: 'applied',
    reservation: { orderId, status: 'RELEASED', version: 1, lines: [] },
    stock: [],
    answer: { type: 'StockReleased', payload: { orderId, restocked: false } },
  };
}

function commit(reservation: Reservation, shelf: Shelf): Decision {
  return {
    effect: 'applied',
    reservation: { ...reservation, status: 'COMMITTED' },
    stock: moveAll(reservation.lines, shelf, 'reserved', 'sold'),
  };
}

function release(reservation: Reservation, shelf: Shelf): Decision {
  return released(reservation, 'RELEASED', moveAll(reservation.lines, shelf, 'reserved', 'available'), false);
}

function restock(reservation: Reservation, shelf: Shelf): Decision {
  return released(reservation, 'RELEASED', moveAll(reservation.lines, shelf, 'sold', 'available'), true);
}

/** The order was cancelled while its rejection was under way; it waits for an answer all the same. */
function nothingToRelease(reservation: Reservation): Decision {
  // Its second record was this very answer: an old message read again, long after the inbox forgot it, adds nothing.
  if (reservation.version > 1) return ignored();
  return released(reservation, 'REJECTED', [], false);
}

function released(before: Reservation, status: Status, stock: Stock[], restocked: boolean): Decision {
  const reservation = { ...before, status, version: before.version + 1 };
  const { orderId } = before;
  return {
    effect: 'applied',
    reservation,
    stock,
    answer: { type: 'StockReleased', payload: { orderId, restocked } },
  };
}

function moveAll(lines: readonly Line[], shelf: Shelf, from: Place, to: Place): Stock[] {
  return lines.map(({ productId, quantity }) => {
    const stock = shelf.get(productId);
    if (!stock) throw new Error(`the stock of product ${productId} was not loaded with its reservation`);
    return move(stock, quantity, from, to);
  });
}

function onePerProduct(lines: readonly Line[]): Line[] {
  const total = new Map<string, number>();
  for (const { productId, quantity } of lines) total.set(productId, (total.get(productId) ?? 0) + quantity);
  return [...total].map(([productId, quantity]) => ({ productId, quantity }));
}
