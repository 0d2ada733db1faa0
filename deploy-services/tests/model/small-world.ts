import { place } from './order-service.js';
import type { Clock } from './step.js';
import { stocked } from './store-service.js';
import { emptyWorld, orderId, productId, storeId, userId, type World } from './world.js';

const hour = 3_600;
const day = 24 * hour;

/**
 * Time that ends: it is early or, once, late, when every deadline has passed. How long ago an operation was called is
 * not kept; whoever settles that the provider does not know it may find that it was long enough, or not.
 */
export const smallClock: Clock = {
  now: () => 0,
  passing: ({ now }) => (now === 0 ? [hour] : []),
  settling({ now, calls, books }, { payment }, { id, status }) {
    const known = books[payment.orderId]?.some(({ key }) => key === id);
    // A day later no request is on its way any more.
    const forGood = status === 'ABANDONED' && !calls[id]?.asked && !known ? [2 * day] : [];
    return now === 0 ? [1, 61, ...forGood] : [hour, ...forGood];
  },
};

/** One order of one piece in each of two stores, which have so many. */
export function smallWorld(pieces: [number, number], left: Record<string, number>): World {
  const shelves = pieces.reduce((w, n, i) => stocked(w, productId(i + 1), storeId(i + 1), n), emptyWorld);
  const lines = pieces.map((_, i) => ({
    storeId: storeId(i + 1),
    productId: productId(i + 1),
    quantity: 1,
    unitPrice: 1,
  }));
  const placed = place(shelves, { orderId: orderId(1), userId: userId(9), lines }) as World;
  return { ...placed, left };
}
