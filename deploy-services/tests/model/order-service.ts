import type { Order, Trigger } from '../../../service-order/src/domain/order.js';
import type { Rules } from './rules.js';
import {
  announce,
  NotYetVisible,
  ownerOf,
  patienceSeconds,
  put,
  secondsOf,
  timeOf,
  Violation,
  type World,
} from './world.js';

export interface Basket {
  orderId: string;
  userId: string;
  lines: readonly { storeId: string; productId: string; quantity: number; unitPrice: number }[];
}

/** The placing transaction. It reads the tombstones; undefined when the buyer or a store is gone. */
export function place(world: World, { orderId, userId, lines }: Basket): World | undefined {
  const stores = [...new Set(lines.map(({ storeId }) => storeId))];
  if ([userId, ...stores].some((id) => world.deleted[id])) return undefined;
  const total = lines.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0);
  const expiresAt = timeOf(world.now + patienceSeconds).toISOString();
  const order: Order = {
    id: orderId,
    userId,
    total,
    currency: 'EUR',
    method: 'pm_card_visa',
    expiresAt,
    status: 'PENDING',
    version: 1,
    stock: 'ASKED',
    money: 'NONE',
    outcome: null,
    reason: null,
    parts: stores.map((storeId) => ({ storeId, sellerId: ownerOf(storeId), status: 'OPEN' })),
  };
  const payload = { orderId, userId, number: 'M-1', lines, total, currency: 'EUR', expiresAt };
  const placed = { topic: 'order', key: orderId, type: 'OrderPlaced', version: 1, payload };
  return { ...world, orders: put(world.orders, orderId, order), log: announce(world.log, [placed]) };
}

interface Caused {
  orderId: string;
  trigger: Trigger;
  /** Somebody asks, who can be told no. */
  person?: true;
  /** A message that came before, and that the inbox has forgotten: it may raise an alarm, and must do no more. */
  again?: boolean;
}

/** One transaction: each trigger on its order, as it is by then. Undefined when a person is refused. */
export function change(world: World, rules: Rules, triggers: readonly Caused[]): World | undefined {
  let { orders, log } = world;
  for (const { orderId, trigger, person, again } of triggers) {
    const before = orders[orderId];
    if (!before || isHidden(world, orderId)) {
      if (person) return undefined;
      throw new NotYetVisible();
    }
    const reaction = rules.order(before, trigger);
    if (reaction.effect === 'refused') {
      if (person) return undefined;
      throw new Violation(`${trigger.type} was refused in ${before.status} without a person to tell`);
    }
    if (reaction.effect === 'ignored') {
      if (reaction.alarm && !again)
        throw new Violation(`${trigger.type} came to an order that is ${before.status}`);
      if (reaction.order !== before)
        throw new Violation(`${trigger.type} was ignored, yet changed the order`);
      continue;
    }
    const { order, message } = reaction;
    orders = put(orders, orderId, order);
    if (message) log = announce(log, [{ topic: 'order', key: orderId, version: order.version, ...message }]);
  }
  return { ...world, orders, log };
}

export interface Sweep {
  orderId: string;
  trigger: Trigger;
  /** It was chosen, and has gone on before it was locked. */
  late: boolean;
}

/** What the sweeper would stop, and why. */
export const sweeps = (world: World): Sweep[] =>
  Object.values(world.orders).flatMap((order): Sweep[] => {
    if (isHidden(world, order.id)) return [];
    const waits = order.status === 'PENDING' || order.status === 'RESERVED';
    const overdue = world.now > secondsOf(order.expiresAt);
    const stop = (trigger: Trigger, late: boolean) => [{ orderId: order.id, trigger, late }];
    if (waits && overdue) return stop({ type: 'Deadline' }, false);
    const reason = world.deleted[order.userId]
      ? 'USER_DELETED'
      : order.parts.some(({ storeId }) => world.deleted[storeId])
        ? 'STORE_DELETED'
        : undefined;
    const open = order.parts.every(({ status }) => status === 'OPEN');
    return [
      ...(reason ? stop({ type: 'Stop', reason }, !((waits || order.status === 'CONFIRMED') && open)) : []),
      ...(overdue ? stop({ type: 'Deadline' }, true) : []),
    ];
  });

const isHidden = (world: World, orderId: string): boolean => `order ${orderId}` in world.hidden;
