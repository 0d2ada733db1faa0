import type { listOrders, VisibleOrder } from '../db/read-orders.js';
import type { PlacedOrder } from '../domain/placing.js';
import type { OrderSummary, OrderView } from './schemas.js';

export const placedView = ({ method, address, lines, total, currency, ...order }: PlacedOrder) => ({
  ...order,
  status: 'PENDING' as const,
  items: lines.map((line) => ({ ...line, unitPrice: { amount: line.unitPrice, currency } })),
  total: { amount: total, currency },
  paymentMethod: method,
  shippingAddress: address,
});

/** A seller sees the lines of their own stores, what these come to, and where to send them. */
export function orderView({ order, onlyStores }: VisibleOrder): OrderView {
  const { currency } = order;
  const seen = ({ storeId }: { storeId: string }) => onlyStores === undefined || onlyStores.has(storeId);
  const lines = order.lines.filter(seen);
  const sum = lines.reduce((total, { quantity, unitPrice }) => total + quantity * unitPrice, 0);
  return {
    ...summaryOf(order),
    version: order.version,
    stock: order.stock,
    money: order.money,
    items: lines.map((line) => ({ ...line, unitPrice: { amount: line.unitPrice, currency } })),
    total: { amount: onlyStores ? sum : order.total, currency },
    ...(onlyStores === undefined && { paymentMethod: order.method }),
    shippingAddress: order.address,
    stores: order.parts.filter(seen).map(({ storeId, status }) => ({ storeId, status })),
    history: order.history.map((entry) => ({ ...entry, at: new Date(entry.at).toISOString() })),
  };
}

type SummaryRow = Awaited<ReturnType<typeof listOrders>>[number];

export const summaryOf = (order: SummaryRow): OrderSummary => ({
  id: order.id,
  number: `M-${order.number}`,
  userId: order.userId,
  status: order.status,
  reason: order.reason,
  total: { amount: order.total, currency: order.currency },
  createdAt: order.createdAt.toISOString(),
  updatedAt: order.updatedAt.toISOString(),
  expiresAt: order.deadlineAt.toISOString(),
});
