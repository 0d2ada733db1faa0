import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Line, Reservation, Trigger } from '../../src/domain/reservation.js';
import { fold, type Held, type Outcome } from '../../src/domain/reservation-batch.js';
import type { Stock } from '../../src/domain/stock.js';
import { cancelling, confirmed, idOf, placed, shelfOf, stockOf } from './order-messages.js';

const products = [1, 2, 3].map((n) => idOf(n, 1));
const orders = [1, 2, 3, 4, 5].map((n) => idOf(n));

/** What the order topic may hold of one order, in its order; a cancellation may overtake the placing. */
const histories = (orderId: string, lines: Line[]): Trigger[][] => {
  const [p, c, x] = [placed(orderId, ...lines), confirmed(orderId), cancelling(orderId)];
  return [[p], [p, c], [p, x], [p, c, x], [x], [x, p]];
};

interface World {
  held: Held;
  log: Trigger[];
}

const lines = fc.uniqueArray(
  fc.record({ productId: fc.constantFrom(...products), quantity: fc.integer({ min: 1, max: 4 }) }),
  { minLength: 1, selector: (line) => line.productId },
);

/** Scarce stock, one product perhaps deleted; the histories of all orders shuffled into one log, with repetitions. */
const worlds: fc.Arbitrary<World> = fc
  .record({
    stock: fc.tuple(...products.map(() => fc.record({ available: fc.nat(8), gone: fc.nat(9) }))),
    orders: fc.tuple(...orders.map((id) => lines.chain((l) => fc.constantFrom(...histories(id, l))))),
    turns: fc.array(fc.tuple(fc.nat(orders.length - 1), fc.boolean()), { minLength: 5, maxLength: 40 }),
  })
  .map(({ stock, orders, turns }) => {
    const next = orders.map(() => 0);
    const log = turns.flatMap(([who, again]) => {
      const history = orders[who] as Trigger[];
      const at = next[who] as number;
      const message = again && at > 0 ? history[at - 1] : history[at];
      if (!again || at === 0) next[who] = at + 1;
      return message ? [message] : [];
    });
    const rows = products.map((id, n) => {
      const { available, gone } = stock[n] as { available: number; gone: number };
      return stockOf(id, available, { gone: gone === 0 });
    });
    return { held: { reservations: new Map(), shelf: shelfOf(...rows) }, log };
  });

/** The world as it stands on disk after a batch. */
const onDisk = (held: Held, outcome: Pick<Outcome, 'reservations' | 'stock'>): Held => ({
  reservations: new Map([...held.reservations, ...outcome.reservations.map((r) => [r.orderId, r] as const)]),
  shelf: new Map([...held.shelf, ...outcome.stock.map((s) => [s.productId, s] as const)]),
});

const oneByOne = (held: Held, log: Trigger[]) =>
  log.reduce(
    (world, message) => {
      const outcome = fold(world.held, [message]);
      return { held: onDisk(world.held, outcome), events: [...world.events, ...outcome.events] };
    },
    { held, events: [] as Outcome['events'] },
  );

const law = (name: string, holds: (world: World) => void) =>
  test(name, () => {
    fc.assert(fc.property(worlds, holds), { seed: 20_250, numRuns: 1_000 });
  });

const pieces = (reservations: Iterable<Reservation>, status: string, productId: string) =>
  [...reservations]
    .filter((reservation) => reservation.status === status)
    .flatMap((reservation) => reservation.lines)
    .filter((line) => line.productId === productId)
    .reduce((sum, line) => sum + line.quantity, 0);

describe('a batch of messages', () => {
  law('keeps received = available + reserved + sold, with none of them ever below zero', ({ held, log }) => {
    let world = held;
    for (const message of log) {
      world = onDisk(world, fold(world, [message]));
      for (const { available, reserved, sold, received, productId } of world.shelf.values()) {
        expect(Math.min(available, reserved, sold)).toBeGreaterThanOrEqual(0);
        expect(available + reserved + sold).toBe(received);
        expect(received).toBe(held.shelf.get(productId)?.received);
      }
    }
  });

  law('comes to the same as its messages one by one', ({ held, log }) => {
    const batch = fold(held, log);
    const single = oneByOne(held, log);
    expect(onDisk(held, batch)).toEqual(single.held);
    expect(batch.events).toEqual(single.events);
  });

  law('does nothing when it is read again, with or without an inbox', ({ held, log }) => {
    const world = onDisk(held, fold(held, log));
    const { reservations, stock, events } = fold(world, log);
    expect({ reservations, stock, events }).toEqual({ reservations: [], stock: [], events: [] });
  });

  law('reserves all lines of an order or none', ({ held, log }) => {
    const { reservations, shelf } = onDisk(held, fold(held, log));
    for (const { productId, reserved, sold } of shelf.values()) {
      expect(reserved).toBe(pieces(reservations.values(), 'RESERVED', productId));
      expect(sold).toBe(pieces(reservations.values(), 'COMMITTED', productId));
    }
    for (const { payload, type } of log) {
      const lines = reservations.get(payload.orderId)?.lines ?? [];
      if (type === 'OrderPlaced' && lines.length > 0) expect(lines).toHaveLength(payload.lines.length);
    }
  });

  law('never reserves a product that is gone', ({ held, log }) => {
    const { shelf } = onDisk(held, fold(held, log));
    for (const stock of shelf.values()) if (stock.gone) expect(stock.reserved + stock.sold).toBe(0);
  });

  law('answers each placing and each cancelling once at most, a cancelling always', ({ held, log }) => {
    const { events } = fold(held, log);
    for (const orderId of orders) {
      const types = events.filter((event) => event.key === orderId).map((event) => event.type);
      const cancelled = log.some((m) => m.type === 'OrderCancelling' && m.payload.orderId === orderId);
      expect(types.filter((type) => type === 'StockReleased')).toHaveLength(cancelled ? 1 : 0);
      expect(types.filter((type) => type !== 'StockReleased').length).toBeLessThanOrEqual(1);
      expect(types.indexOf('StockReleased')).toBe(cancelled ? types.length - 1 : -1);
    }
  });

  law('numbers the records of each order and each product without a gap', ({ held, log }) => {
    const outcome = fold(held, log);
    const { reservations, shelf } = onDisk(held, outcome);
    const last = new Map(
      [...held.shelf.values()].map((stock) => [`product ${stock.productId}`, stock.version]),
    );
    for (const { topic, key, version } of outcome.events) {
      expect(version).toBe((last.get(`${topic} ${key}`) ?? 0) + 1);
      last.set(`${topic} ${key}`, version);
    }
    for (const { orderId, version } of reservations.values())
      expect(last.get(`stock ${orderId}`)).toBe(version);
    for (const { productId, version } of shelf.values())
      expect(last.get(`product ${productId}`)).toBe(version);
  });

  law('passes the trace of each order on with its answer', ({ held, log }) => {
    for (const event of fold(held, log).events) {
      if (event.topic === 'stock') expect(event.traceparent).toBe(`trace of ${event.key}`);
      else expect(event.traceparent).toMatch(/^trace of /);
    }
  });
});

describe('a product', () => {
  const [apple] = products as [string];
  const [first, second, third] = orders as [string, string, string];
  const one = { productId: apple, quantity: 1 };
  const held = (stock: Stock): Held => ({ reservations: new Map(), shelf: shelfOf(stock) });

  test('goes to whoever comes first in the log, and the next is refused with what is left', () => {
    const outcome = fold(held(stockOf(apple, 2)), [
      placed(first, one),
      placed(second, one, one),
      placed(third, one),
    ]);
    expect(outcome.reservations.map((r) => r.status)).toEqual(['RESERVED', 'REJECTED', 'RESERVED']);
    expect(outcome.events[1]?.payload).toMatchObject({ lines: [{ requested: 2, available: 1 }] });
    expect(outcome.stock).toEqual([expect.objectContaining({ available: 0, reserved: 2 })]);
  });

  test('is announced when it runs out and when it comes back, not at each sale', () => {
    const { events, stock } = fold(held(stockOf(apple, 2, { version: 7 })), [
      placed(first, one),
      placed(second, one),
      cancelling(first),
      cancelling(second),
    ]);
    const told = events.filter((event) => event.topic === 'product');
    expect(told.map(({ type, version, payload }) => ({ type, version, payload }))).toMatchObject([
      { type: 'ProductQuantityChanged', version: 8, payload: { productId: apple, quantity: 0 } },
      { type: 'ProductQuantityChanged', version: 9, payload: { productId: apple, quantity: 1 } },
    ]);
    expect(stock).toEqual([expect.objectContaining({ version: 9, available: 2 })]);
  });

  test('is not announced any more once it was deleted', () => {
    const world = onDisk(held(stockOf(apple, 1)), fold(held(stockOf(apple, 1)), [placed(first, one)]));
    const gone = { ...(world.shelf.get(apple) as Stock), gone: true };
    const { events } = fold({ ...world, shelf: shelfOf(gone) }, [cancelling(first)]);
    expect(events.map((event) => event.type)).toEqual(['StockReleased']);
  });
});
