import type { Line, Trigger } from '../../src/domain/reservation.js';
import type { Stock } from '../../src/domain/stock.js';

export const idOf = (n: number, kind = 0) => `00000000-0000-7000-8${kind}00-${String(n).padStart(12, '0')}`;

const envelope = (orderId: string) => ({
  id: idOf(0, 9),
  topic: 'order',
  partition: 0,
  position: 1,
  key: orderId,
  version: 1,
  occurredAt: '2025-01-01T00:00:00.000Z',
  traceparent: `trace of ${orderId}`,
});
const userId = idOf(0, 8);

export const placed = (orderId: string, ...lines: Line[]): Trigger => ({
  ...envelope(orderId),
  type: 'OrderPlaced',
  payload: {
    orderId,
    userId,
    number: 'M-1',
    lines: lines.map((line) => ({ storeId: idOf(0, 7), unitPrice: 100, ...line })),
    total: 100,
    currency: 'EUR',
    expiresAt: '2025-01-01T00:15:00.000Z',
  },
});

export const confirmed = (orderId: string): Trigger => ({
  ...envelope(orderId),
  type: 'OrderConfirmed',
  payload: { orderId, userId },
});

export const cancelling = (orderId: string, compensate: ('stock' | 'payment')[] = ['stock']): Trigger => ({
  ...envelope(orderId),
  type: 'OrderCancelling',
  payload: { orderId, userId, compensate, outcome: 'CANCELLED', reason: 'BUYER' },
});

export const stockOf = (productId: string, available: number, rest: Partial<Stock> = {}): Stock => {
  const { reserved = 0, sold = 0 } = rest;
  return {
    productId,
    storeId: idOf(0, 7),
    available,
    reserved,
    sold,
    received: available + reserved + sold,
    gone: false,
    version: 1,
    ...rest,
  };
};

export const shelfOf = (...stock: Stock[]) => new Map(stock.map((row) => [row.productId, row]));
