import type { VisibleOrder } from '../db/read-orders.js';
import type { Status } from '../domain/order.js';
import type { PlacedOrder } from '../domain/placing.js';
import { orderView, summaryOf as summaryView } from '../http/views.js';

// Made from REST's views: what a caller may see is decided in one place.

const statusOf = (status: Status) => `ORDER_STATUS_${status}` as const;

export function orderOf(found: VisibleOrder) {
  const view = orderView(found);
  const sellers = new Map(found.order.parts.map(({ storeId, sellerId }) => [storeId, sellerId]));
  return {
    ...view,
    status: statusOf(view.status),
    lines: view.items.map((line) => ({ ...line, unitPrice: line.unitPrice.amount })),
    parts: view.stores.map(({ storeId, status }) => ({
      storeId,
      sellerId: sellers.get(storeId) ?? '',
      status: `PART_STATUS_${status}` as const,
    })),
    paymentMethod: view.paymentMethod ?? '',
  };
}

export const historyOf = (found: VisibleOrder) =>
  orderView(found).history.map((entry) => ({
    ...entry,
    from: entry.from === null ? null : statusOf(entry.from as Status),
    to: statusOf(entry.to as Status),
  }));

export function placedOf(placed: PlacedOrder, userId: string) {
  const { id, number, lines, total, currency, method, address, createdAt, expiresAt } = placed;
  return {
    id,
    number,
    userId,
    status: statusOf('PENDING'),
    lines,
    parts: [],
    total: { amount: total, currency },
    paymentMethod: method,
    shippingAddress: address,
    createdAt,
    updatedAt: createdAt,
    expiresAt,
    version: 1,
  };
}

export function summaryOf(row: Parameters<typeof summaryView>[0]) {
  const summary = summaryView(row);
  return {
    ...summary,
    status: statusOf(summary.status),
    lines: [],
    parts: [],
    paymentMethod: '',
    version: row.version,
  };
}
