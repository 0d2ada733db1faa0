import type { Order, Status } from '../../src/domain/order.js';

const fields: Record<Status, Partial<Order>> = {
  PENDING: {},
  RESERVED: { version: 2, stock: 'RESERVED', money: 'ASKED' },
  CONFIRMED: { version: 3, stock: 'RESERVED', money: 'AUTHORIZED' },
  SHIPPED: { version: 5, stock: 'RESERVED', money: 'CAPTURED', parts: parts('SHIPPED', 'SHIPPED') },
  DELIVERED: { version: 7, stock: 'RESERVED', money: 'CAPTURED', parts: parts('DELIVERED', 'DELIVERED') },
  CANCELLING: { version: 3, stock: 'RESERVED', money: 'ASKED', outcome: 'CANCELLED', reason: 'BUYER' },
  REJECTED: { version: 2, stock: 'CLEAR', reason: 'OUT_OF_STOCK' },
  CANCELLED: { version: 4, stock: 'CLEAR', money: 'CLEAR', outcome: 'CANCELLED', reason: 'BUYER' },
  EXPIRED: { version: 4, stock: 'CLEAR', money: 'CLEAR', outcome: 'EXPIRED', reason: 'DEADLINE' },
};

export const statuses = Object.keys(fields) as Status[];

export function parts(...statuses: Order['parts'][number]['status'][]): Order['parts'] {
  return statuses.map((status, i) => ({ storeId: `store-${i}`, sellerId: `seller-${i}`, status }));
}

/** An order over two stores, as it is in that state. */
export const anOrder = (status: Status, more: Partial<Order> = {}): Order => ({
  id: 'order-1',
  userId: 'user-1',
  total: 4_200,
  currency: 'EUR',
  method: 'pm_card_visa',
  expiresAt: '2026-01-01T00:15:00.000Z',
  version: 1,
  stock: 'ASKED',
  money: 'NONE',
  outcome: null,
  reason: null,
  parts: parts('OPEN', 'OPEN'),
  ...fields[status],
  ...more,
  status,
});
