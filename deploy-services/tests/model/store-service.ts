import { deleteStock } from '../../../service-store/src/domain/product.js';
import type { Trigger } from '../../../service-store/src/domain/reservation.js';
import { adjust, nextRecord, quantityChanged, type Stock } from '../../../service-store/src/domain/stock.js';
import { closeStore } from '../../../service-store/src/domain/store.js';
import type { Rules } from './rules.js';
import { announce, NotYetVisible, onLog, ownerOf, put, short, Violation, type World } from './world.js';

/** One transaction of the consumer store.reservations. What is read of the tables is what its repository reads. */
export function reserve(world: World, rules: Rules, messages: readonly Trigger[]): World {
  const known = messages.filter(({ type }) => type !== 'OrderPlaced').map(({ key }) => key);
  const products = new Set(
    [
      ...messages.flatMap((message) => (message.type === 'OrderPlaced' ? message.payload.lines : [])),
      ...known.flatMap((key) => world.reservations[key]?.lines ?? []),
    ].map(({ productId }) => productId),
  );
  const hidden = (key: string) => `reservation ${key}` in world.hidden;
  const held = {
    reservations: new Map(
      messages.flatMap(({ key }) => {
        const row = world.reservations[key];
        return row && !hidden(key) ? [[key, known.includes(key) ? row : { ...row, lines: [] }] as const] : [];
      }),
    ),
    shelf: new Map(
      [...products].flatMap((id) => {
        const row = world.shelf[id];
        return row ? [[id, row] as const] : [];
      }),
    ),
  };
  const outcome = rules.store(held, messages);
  // Who would write a row that is hidden waits for its commit.
  if (outcome.unknown.length > 0 || outcome.reservations.some(({ orderId }) => hidden(orderId)))
    throw new NotYetVisible();
  for (const { type, key } of outcome.unexpected)
    throw new Violation(`the store was sent ${type} of order ${short(key)}, which never could be`);

  let { reservations, shelf } = world;
  for (const row of outcome.reservations) {
    // Lines are written once, with a new row.
    const before = reservations[row.orderId];
    reservations = put(reservations, row.orderId, before ? { ...row, lines: before.lines } : row);
  }
  for (const row of outcome.stock) shelf = put(shelf, row.productId, row);
  return { ...world, reservations, shelf, log: announce(world.log, outcome.events) };
}

/** The owner puts pieces in or takes some out; undefined when there are not as many. */
export function adjustStock(world: World, productId: string, quantity: number): World | undefined {
  const before = world.shelf[productId];
  if (!before || before.gone || before.available + quantity < 0) return undefined;
  const stock = nextRecord(adjust(before, quantity));
  return {
    ...world,
    shelf: put(world.shelf, productId, stock),
    log: announce(world.log, [quantityChanged(stock)]),
  };
}

/** Takes all products of a store off sale, and says so. */
export function close(world: World, storeId: string): World {
  let { shelf, log } = world;
  for (const row of Object.values(shelf)) {
    if (row.storeId !== storeId || row.gone) continue;
    const { stock, event } = deleteStock(row);
    shelf = put(shelf, stock.productId, stock);
    log = announce(log, [event]);
  }
  const version = onLog(world, 'store', storeId).length;
  const { event } = closeStore({
    id: storeId,
    ownerId: ownerOf(storeId),
    name: 'a store',
    description: '',
    status: 'OPEN',
    version,
  });
  return { ...world, shelf, log: announce(log, [event]) };
}

export const isClosed = (world: World, storeId: string): boolean =>
  onLog(world, 'store', storeId).some(({ type }) => type === 'StoreDeleted');

/** A product as it stands after its announcement. */
export function stocked(world: World, productId: string, storeId: string, quantity: number): World {
  const stock: Stock = {
    productId,
    storeId,
    available: quantity,
    reserved: 0,
    sold: 0,
    received: quantity,
    gone: false,
    version: 1,
  };
  const payload = { productId, storeId, name: 'a product', price: { amount: 1, currency: 'EUR' } };
  const created = { topic: 'product', key: productId, type: 'ProductCreated', version: 1, payload };
  return { ...world, shelf: put(world.shelf, productId, stock), log: announce(world.log, [created]) };
}
