import type { Principal } from '@msa-event-market/shared-sdk/auth';
import { errors } from '../domain/errors.js';
import type { Order, Reaction, Trigger } from '../domain/order.js';
import { react } from '../domain/saga.js';
import type { Ports } from './ports.js';

type Change = (id: string, by: Principal) => Promise<Order>;
type PartChange = (id: string, storeId: string, by: Principal) => Promise<Order>;

/** The buyer, or an admin; to anyone else the order does not exist. Twice is one cancel. */
export const cancelOrder =
  ({ orders }: Pick<Ports, 'orders'>): Change =>
  (id, by) =>
    orders.change(id, { type: 'Stop', reason: by.role === 'admin' ? 'ADMIN' : 'BUYER' }, (order, trigger) => {
      if (by.role !== 'admin' && order.userId !== by.userId) throw errors.NOT_FOUND_ORDER(id);
      return allowed(react(order, trigger));
    });

/** A store's seller ships that store's part; the first shipment ends cancelling, the last makes the order SHIPPED. */
export const shipOrder =
  ({ orders }: Pick<Ports, 'orders'>): PartChange =>
  (id, storeId, by) =>
    orders.change(id, { type: 'Ship', storeId }, asSeller(id, storeId, by));

export const deliverOrder =
  ({ orders }: Pick<Ports, 'orders'>): PartChange =>
  (id, storeId, by) =>
    orders.change(id, { type: 'Deliver', storeId }, asSeller(id, storeId, by));

const asSeller = (id: string, storeId: string, by: Principal) => (order: Order, trigger: Trigger) => {
  const mine = order.parts.filter(({ sellerId }) => sellerId === by.userId);
  if (by.role !== 'admin') {
    if (mine.length === 0 && order.userId !== by.userId) throw errors.NOT_FOUND_ORDER(id);
    if (!mine.some((part) => part.storeId === storeId)) throw errors.FORBIDDEN();
  }
  return allowed(react(order, trigger));
};

function allowed(reaction: Reaction): Reaction {
  if (reaction.effect !== 'refused') return reaction;
  throw reaction.code === 'PAYMENT_NOT_CAPTURED'
    ? errors.PAYMENT_NOT_CAPTURED()
    : errors.INVALID_ORDER_STATE(reaction.order.status);
}
