import type { Principal } from '@msa-event-market/shared-sdk/auth';
import { errors } from './errors.js';
import type { Order, Reaction, Trigger } from './order.js';
import { react } from './saga.js';

/** The buyer, or an admin; to anyone else the order does not exist. */
export function mayCancel(order: Order, by: Principal): void {
  if (by.role !== 'admin' && order.userId !== by.userId) throw errors.NOT_FOUND_ORDER(order.id);
}

/** The seller of that part, or an admin. */
export function mayMovePart(order: Order, storeId: string, by: Principal): void {
  if (by.role === 'admin') return;
  const mine = order.parts.filter(({ sellerId }) => sellerId === by.userId);
  if (mine.length === 0 && order.userId !== by.userId) throw errors.NOT_FOUND_ORDER(order.id);
  if (!mine.some((part) => part.storeId === storeId)) throw errors.FORBIDDEN();
}

/** The saga's answer to a person: what it refuses is thrown, so that they are told and nothing is written. */
export function reactOrRefuse(order: Order, trigger: Trigger): Reaction {
  const reaction = react(order, trigger);
  if (reaction.effect !== 'refused') return reaction;
  throw reaction.code === 'PAYMENT_NOT_CAPTURED'
    ? errors.PAYMENT_NOT_CAPTURED()
    : errors.INVALID_ORDER_STATE(order.status);
}
