import { change } from './order-service.js';
import { settle } from './payment-service.js';
import { bookOf, capturedByHand, enter, has, total } from './provider.js';
import type { Rules } from './rules.js';
import { type Clock, type Step, spend } from './step.js';
import { adjustStock, close, isClosed } from './store-service.js';
import { announce, onLog, short, type World } from './world.js';

export function* buying(world: World, rules: Rules): Generator<Step> {
  for (const order of Object.values(world.orders)) {
    const n = short(order.id);
    const ask = (trigger: Parameters<Rules['order']>[1]) =>
      change(world, rules, [{ orderId: order.id, trigger, person: true }]);
    if (world.left.cancel)
      yield {
        name: `the buyer cancels order ${n}`,
        by: 'people',
        take() {
          const cancelled = ask({ type: 'Stop', reason: 'BUYER' });
          return cancelled && spend(cancelled, 'cancel');
        },
      };
    for (const { storeId, status } of order.parts) {
      if (status === 'OPEN')
        yield {
          name: `store ${short(storeId)} ships its part of order ${n}`,
          by: 'sellers',
          take: () => ask({ type: 'Ship', storeId }),
        };
      if (status === 'SHIPPED')
        yield {
          name: `store ${short(storeId)}’s part of order ${n} is delivered`,
          by: 'sellers',
          take: () => ask({ type: 'Deliver', storeId }),
        };
    }
  }
}

export function* selling(world: World): Generator<Step> {
  const stores = new Set(Object.values(world.shelf).map(({ storeId }) => storeId));
  for (const storeId of world.left.deletion ? stores : []) {
    if (!isClosed(world, storeId))
      yield {
        name: `store ${short(storeId)} is deleted`,
        by: 'people',
        take: () => spend(close(world, storeId), 'deletion'),
      };
  }
  const users = new Set(Object.values(world.orders).map(({ userId }) => userId));
  for (const userId of world.left.deletion ? users : []) {
    if (onLog(world, 'user', userId).length > 0) continue;
    const deleted = { topic: 'user', key: userId, type: 'UserDeleted', version: 1, payload: { userId } };
    yield {
      name: `user ${short(userId)} is deleted`,
      by: 'people',
      take: () => spend({ ...world, log: announce(world.log, [deleted]) }, 'deletion'),
    };
  }
  for (const { productId, available } of world.left.restock ? Object.values(world.shelf) : []) {
    for (const quantity of available > 0 ? [2, -1] : [2])
      yield {
        name: `the owner changes product ${short(productId)} by ${quantity}`,
        by: 'people',
        take() {
          const adjusted = adjustStock(world, productId, quantity);
          return adjusted && spend(adjusted, 'restock');
        },
      };
  }
}

export function* refunding(world: World, rules: Rules, clock: Clock): Generator<Step> {
  for (const { payment } of Object.values(world.accounts)) {
    const { orderId } = payment;
    const rest = payment.captured - payment.refunded - payment.refunding;
    for (const amount of world.left.refund && rest > 0 ? new Set([1, rest]) : [])
      yield {
        name: `an admin refunds ${amount} of order ${short(orderId)}`,
        by: 'people',
        take() {
          const trigger = { type: 'RefundRequested', amount, by: 'an admin' } as const;
          const asked = settle(world, rules, orderId, [trigger], clock.now(world));
          const taken = asked.accounts[orderId]?.payment.refunding !== payment.refunding;
          return taken ? spend(asked, 'refund') : undefined;
        },
      };
    const book = bookOf(world, orderId);
    if (world.left.dashboard && has(book, 'authorize') && !has(book, 'void') && !has(book, 'capture'))
      yield {
        name: `somebody captures order ${short(orderId)} by hand, in the provider’s own dashboard`,
        by: 'people',
        take() {
          const entry = { key: capturedByHand, kind: 'capture', outcome: 'done', reason: '' } as const;
          return spend(enter(world, orderId, { ...entry, amount: total(book, 'authorize') }), 'dashboard');
        },
      };
  }
}
