import type { Message } from '@msa-event-market/shared-sdk/events';
import type { Order } from '../../../service-order/src/domain/order.js';
import { isOpen } from '../../../service-payment/src/domain/operations.js';
import { unread } from './consumers.js';
import { sweeps } from './order-service.js';
import { bookOf, capturedByHand, has, total } from './provider.js';
import { type Account, onLog, short, type World } from './world.js';

const bought = ['CONFIRMED', 'SHIPPED', 'DELIVERED'];
const closed = ['REJECTED', 'CANCELLED', 'EXPIRED'];
const final = [...closed, 'DELIVERED'];

const arrows = new Set(
  [
    ['PENDING', 'RESERVED', 'REJECTED', 'CANCELLING'],
    ['RESERVED', 'CONFIRMED', 'CANCELLING'],
    ['CONFIRMED', 'SHIPPED', 'CANCELLING'],
    ['SHIPPED', 'DELIVERED'],
    ['CANCELLING', 'CANCELLED', 'EXPIRED', 'REJECTED'],
  ].flatMap(([from, ...to]) => to.map((state) => `${from} ${state}`)),
);

/** What is wrong with the world as it stands, whatever is still under way; undefined when nothing is. */
export function wrong(world: World): string | undefined {
  for (const order of Object.values(world.orders)) {
    const found = wrongWithOrder(world, order);
    if (found) return `order ${short(order.id)}: ${found}`;
  }
  return wrongWithStock(world);
}

/** What is wrong with a step; the world after it has been looked at. */
export function wrongStep(before: World, after: World): string | undefined {
  if (before.orders === after.orders) return undefined;
  for (const [id, now] of Object.entries(after.orders)) {
    const old = before.orders[id];
    if (!old || old === now) continue;
    if (final.includes(old.status))
      return `order ${short(id)} was ${old.status}, which is final, and has changed`;
    if (old.status !== now.status && !arrows.has(`${old.status} ${now.status}`))
      return `order ${short(id)} went from ${old.status} to ${now.status}`;
    const said = onLog(after, 'order', id).length - onLog(before, 'order', id).length;
    if (old.status !== now.status && said !== 1)
      return `order ${short(id)} changed its state with ${said} messages`;
  }
  return undefined;
}

/** Nothing goes on by itself any more. An abandoned operation is asked about for a day; that is not waited for. */
export const isAtRest = (world: World): boolean =>
  unread(world).length === 0 &&
  sweeps(world).every(({ late }) => late) &&
  Object.keys(world.hidden).length === 0 &&
  Object.values(world.calls).every(({ asked, absent }) => !asked && !absent) &&
  Object.values(world.accounts).every(({ payment, operations }) => {
    const known = bookOf(world, payment.orderId);
    return operations.every(
      ({ id, status, due }) =>
        !isOpen({ status }) && !(due && status === 'ABANDONED' && known.some(({ key }) => key === id)),
    );
  });

/** What is wrong with a world at rest, besides what is always wrong. */
export function wrongAtRest(world: World): string | undefined {
  for (const order of Object.values(world.orders)) {
    const found = wrongOrderAtRest(world, order);
    if (found) return `at rest, order ${short(order.id)}: ${found}`;
  }
  return undefined;
}

const count = (messages: readonly Message[], ...types: string[]) =>
  messages.filter(({ type }) => types.includes(type)).length;

const asks = (messages: readonly Message[], whom: 'stock' | 'payment') =>
  messages.filter(
    ({ type, payload }) =>
      type === 'OrderCancelling' && (payload as { compensate: string[] }).compensate.includes(whom),
  ).length;

const gapless = (messages: readonly Message[], version: number) =>
  messages.length === version && messages.every((message, i) => message.version === i + 1);

const byHand = (world: World, id: string) => bookOf(world, id).some(({ key }) => key === capturedByHand);

const posted = (account: Account | undefined, wanted: string) =>
  (account?.ledger ?? []).filter(({ kind }) => kind === wanted).reduce((sum, { amount }) => sum + amount, 0);

function wrongWithOrder(world: World, order: Order): string | undefined {
  const { id, status, total: price } = order;
  const account = world.accounts[id];
  const reservation = world.reservations[id];
  const [orderLog, stockLog, moneyLog] = (['order', 'stock', 'payment'] as const).map((topic) =>
    onLog(world, topic, id),
  ) as [readonly Message[], readonly Message[], readonly Message[]];

  if (!gapless(orderLog, order.version)) return 'the versions of its messages have gaps, or end elsewhere';
  if (!gapless(stockLog, reservation?.version ?? 0)) return 'the versions on the topic stock have gaps';
  if (!gapless(moneyLog, account?.payment.version ?? 0)) return 'the versions on the topic payment have gaps';

  if (count(orderLog, 'OrderCancelling') > 1) return 'is cancelled twice';
  if (count(stockLog, 'StockReserved', 'StockRejected') > 1) return 'is reserved or rejected twice';
  if (count(stockLog, 'StockReleased') > asks(orderLog, 'stock'))
    return 'more StockReleased than were asked for';
  if (count(moneyLog, 'PaymentCancelled') > asks(orderLog, 'payment'))
    return 'more PaymentCancelled than were asked for';
  if (count(moneyLog, 'PaymentAuthorized', 'PaymentDeclined') > 1) return 'is authorised or declined twice';
  if (count(moneyLog, 'PaymentCaptured') > 1) return 'PaymentCaptured is said twice';

  const money = wrongWithMoney(world, id, account);
  if (money) return money;

  const [captured, refunded] = [posted(account, 'capture'), posted(account, 'refund')];
  const shipped = order.parts.some((part) => part.status !== 'OPEN');
  if (shipped && captured !== price) return 'a part was shipped before the order was paid';
  if (shipped && reservation?.status !== 'COMMITTED' && reservation?.status !== 'RESERVED')
    return `a part was shipped, yet its reservation is ${reservation?.status}`;
  if (bought.includes(status) && count(moneyLog, 'PaymentAuthorized') === 0)
    return `is ${status} without money`;
  if (order.money === 'CAPTURED' && captured !== price) return 'believes that it is paid';
  if (closed.includes(status)) {
    // Who captures by hand moves money behind our backs; it is noticed and given back later.
    if (captured !== refunded && !byHand(world, id))
      return `is ${status}, yet ${captured - refunded} of it is kept`;
    if (reservation?.status === 'RESERVED' || reservation?.status === 'COMMITTED')
      return `is ${status}, yet its reservation is ${reservation.status}`;
    if (account && ['NEW', 'AUTHORIZED', 'CAPTURED'].includes(account.payment.status))
      return `is ${status}, yet its payment is ${account.payment.status}`;
    if (count(stockLog, 'StockReleased') !== asks(orderLog, 'stock'))
      return `is ${status} before its stock is free`;
    if (count(moneyLog, 'PaymentCancelled') !== asks(orderLog, 'payment'))
      return `is ${status} before its money is back`;
    if (order.outcome && order.outcome !== status)
      return `is ${status}, though it was to be ${order.outcome}`;
  }
  return undefined;
}

function wrongWithMoney(world: World, id: string, account: Account | undefined): string | undefined {
  const book = bookOf(world, id);
  const [theirs, back] = [total(book, 'capture'), total(book, 'refund')];
  if (book.filter(({ kind, outcome }) => kind === 'capture' && outcome === 'done').length > 1)
    return 'the provider has captured it twice';
  if (!account) return book.length > 0 ? 'the provider knows it, we do not' : undefined;
  const { payment: p, operations, ledger } = account;
  const [captured, refunded] = [posted(account, 'capture'), posted(account, 'refund')];
  if (p.captured > (p.amount ?? 0)) return 'more is captured than was authorised';
  if (Math.min(p.captured, p.refunded, p.refunding) < 0) return 'a sum of money is below zero';
  if (p.refunded + p.refunding > p.captured) return 'more is refunded than was captured';
  if (captured !== p.captured || refunded !== p.refunded)
    return 'the ledger says something else than the payment';
  if (captured > theirs || refunded > back) return 'the ledger has what the provider has never done';
  if (new Set(ledger.map(({ operationId }) => operationId)).size < ledger.length)
    return 'an operation is posted twice';
  for (const kind of ['authorize', 'capture', 'void'])
    if (operations.filter((operation) => operation.kind === kind).length > 1)
      return `has two operations ${kind}`;
  const open = operations.filter((operation) => operation.kind === 'refund' && isOpen(operation));
  if (open.reduce((sum, { amount }) => sum + amount, 0) !== p.refunding)
    return 'refunding is not what is being refunded';
  return undefined;
}

function wrongWithStock({ shelf, reservations, log }: World): string | undefined {
  const held = new Map<string, { reserved: number; sold: number }>();
  for (const { status, lines } of Object.values(reservations)) {
    if (status !== 'RESERVED' && status !== 'COMMITTED') continue;
    for (const { productId, quantity } of lines) {
      const sums = held.get(productId) ?? { reserved: 0, sold: 0 };
      sums[status === 'RESERVED' ? 'reserved' : 'sold'] += quantity;
      held.set(productId, sums);
    }
  }
  for (const { productId, available, reserved, sold, received, version } of Object.values(shelf)) {
    const sums = held.get(productId) ?? { reserved: 0, sold: 0 };
    const name = `product ${short(productId)}`;
    if (Math.min(available, reserved, sold) < 0) return `${name} is oversold`;
    if (received !== available + reserved + sold) return `pieces of ${name} were lost or made`;
    if (reserved !== sums.reserved || sold !== sums.sold)
      return `${name} is held for nobody, or not for whom it should`;
    if (!gapless(onLog({ log }, 'product', productId), version)) return `the versions of ${name} have gaps`;
  }
  return undefined;
}

const said = { done: 'DONE', refused: 'FAILED' } as const;

function wrongOrderAtRest(world: World, order: Order): string | undefined {
  const { id, status, total: price } = order;
  const account = world.accounts[id];
  const reservation = world.reservations[id];
  const book = bookOf(world, id);
  const [captured, refunded] = [posted(account, 'capture'), posted(account, 'refund')];
  if (!bought.includes(status) && !closed.includes(status)) return `is stuck in ${status}`;
  if (total(book, 'capture') !== captured || total(book, 'refund') !== refunded)
    return 'the provider’s book says something else than ours';
  for (const { key, kind, outcome } of book) {
    const status = account?.operations.find((operation) => operation.id === key)?.status;
    if (!byHand(world, id) && status !== said[outcome])
      return `the provider has ${outcome} the ${kind}, which is ${status} here`;
  }
  const asked = onLog(world, 'order', id);
  if (count(onLog(world, 'stock', id), 'StockReleased') !== asks(asked, 'stock'))
    return 'StockReleased is missing';
  if (count(onLog(world, 'payment', id), 'PaymentCancelled') !== asks(asked, 'payment'))
    return 'PaymentCancelled is missing';
  if (bought.includes(status)) {
    const byAdmins = (account?.operations ?? [])
      .filter(
        ({ kind, status, requestedBy }) => kind === 'refund' && status === 'DONE' && requestedBy !== null,
      )
      .reduce((sum, { amount }) => sum + amount, 0);
    if (captured !== price || order.money !== 'CAPTURED') return `is ${status}, yet not paid`;
    if (refunded !== byAdmins)
      return `is ${status}, yet ${refunded - byAdmins} went back that no admin refunded`;
    if (reservation?.status !== 'COMMITTED')
      return `is ${status}, yet its reservation is ${reservation?.status}`;
    const ordered = ((asked[0] as Message).payload as { lines: { productId: string; quantity: number }[] })
      .lines;
    const lines = (of: readonly { productId: string; quantity: number }[]) =>
      of
        .map(({ productId, quantity }) => `${productId} x ${quantity}`)
        .sort()
        .join();
    if (lines(ordered) !== lines(reservation.lines)) return 'something else was sold than was ordered';
    return undefined;
  }
  if (captured !== refunded) return `is ${status}, yet ${captured - refunded} of it is kept`;
  if (!reservation) return `is ${status}, and the store has not decided on it`;
  if (has(book, 'authorize') && !has(book, 'void') && !has(book, 'capture'))
    return `is ${status}, yet money is still authorised for it`;
  return undefined;
}
