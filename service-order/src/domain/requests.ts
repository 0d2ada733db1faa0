import type { Principal } from '@msa-event-market/shared-sdk/auth';
import { errors } from './errors.js';
import type { Order, Part, Reaction, Trigger } from './order.js';
import { react } from './saga.js';

/** The buyer and admins see all of an order. */
export const seesAll = ({ userId }: Pick<Order, 'userId'>, by: Principal): boolean =>
  by.role === 'admin' || userId === by.userId;

/** A seller sees their own parts; to whoever sees none the order does not exist. */
export function partsSeenBy(order: Pick<Order, 'id' | 'userId' | 'parts'>, by: Principal): readonly Part[] {
  const all = seesAll(order, by);
  const seen = order.parts.filter(({ sellerId }) => all || sellerId === by.userId);
  if (seen.length === 0) throw errors.NOT_FOUND_ORDER(order.id);
  return seen;
}

/** Whose orders to list: one's own, or as an admin anybody's (null: everybody's). */
export function whoseOrders(asked: string | undefined, by: Principal): string | null {
  if (by.role === 'admin') return asked ?? null;
  if (asked !== undefined && asked !== by.userId)
    throw errors.FORBIDDEN('Only admins may see the orders of others.');
  return by.userId;
}

export function mayCancel(order: Order, by: Principal): void {
  if (!seesAll(order, by)) throw errors.NOT_FOUND_ORDER(order.id);
}

/** The seller of that part, or an admin. */
export function mayMovePart(order: Order, storeId: string, by: Principal): void {
  const part = partsSeenBy(order, by).find((seen) => seen.storeId === storeId);
  if (!part) throw errors.NOT_FOUND_STORE_IN_ORDER(storeId);
  if (by.role !== 'admin' && part.sellerId !== by.userId)
    throw errors.FORBIDDEN('Only the seller of that store, or an admin, may do this.');
}

/** The saga's answer to a person: what it refuses is thrown, so that they are told and nothing is written. */
export function reactOrRefuse(order: Order, trigger: Trigger): Reaction {
  const reaction = react(order, trigger);
  if (reaction.effect !== 'refused') return reaction;
  throw reaction.code === 'PAYMENT_NOT_CAPTURED'
    ? errors.PAYMENT_NOT_CAPTURED()
    : errors.INVALID_ORDER_STATE(order.status);
}
