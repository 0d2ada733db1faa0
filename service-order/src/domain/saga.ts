import type { Order, OrderMessage, Outcome, Part, Reaction, Reason, Status, Trigger } from './order.js';

/**
 * The order saga: the specification's table as data, one block a state, its row numbers beside it. Pure: nothing here
 * awaits, logs or reads a clock. What no row names is ignored (row 22).
 */
export function react(order: Order, trigger: Trigger): Reaction {
  if (trigger.type === 'PaymentRefunded' || trigger.type === 'PaymentRefundFailed') return noted(order); // row 21
  const row = table[order.status][trigger.type] as Row | undefined;
  return row ? row(order, trigger as never) : ignored(order, trigger);
}

type Row = (order: Order, trigger: never) => Reaction;
type Of<T extends Trigger['type']> = Extract<Trigger, { type: T }>;
type Rows = { [T in Trigger['type']]?: (order: Order, trigger: Of<T>) => Reaction };

const table: Record<Status, Rows> = {
  PENDING: {
    /*  2 */ StockReserved: (o) =>
      to(o, { status: 'RESERVED', stock: 'RESERVED', money: 'ASKED' }, 'OrderPaymentRequested', {
        amount: o.total,
        currency: o.currency,
        method: o.method,
        expiresAt: o.expiresAt,
      }),
    /*  3 */ StockRejected: (o, { lines }) =>
      to(o, { status: 'REJECTED', stock: 'CLEAR', reason: 'OUT_OF_STOCK' }, 'OrderRejected', {
        reason: 'OUT_OF_STOCK',
        lines: lines.map(({ productId }) => ({ productId })),
      }),
    /*  4 */ Stop: (o, { reason }) => compensate(o, 'CANCELLED', reason, ['stock']),
    /*  4 */ Deadline: (o) => compensate(o, 'EXPIRED', 'DEADLINE', ['stock']),
    /* 14 */ Ship: refusedForState,
    /* 14 */ Deliver: refusedForState,
  },
  RESERVED: {
    /*  5 */ PaymentAuthorized: (o) => to(o, { status: 'CONFIRMED', money: 'AUTHORIZED' }, 'OrderConfirmed'),
    /*  6 */ PaymentDeclined: (o) =>
      compensate({ ...o, money: 'CLEAR' }, 'REJECTED', 'PAYMENT_DECLINED', ['stock']),
    /*  7 */ Stop: (o, { reason }) => compensate(o, 'CANCELLED', reason, ['stock', 'payment']),
    /*  7 */ Deadline: (o) => compensate(o, 'EXPIRED', 'DEADLINE', ['stock', 'payment']),
    /* 14 */ Ship: refusedForState,
    /* 14 */ Deliver: refusedForState,
  },
  CONFIRMED: {
    /*  8 */ PaymentCaptured: (o) => noted({ ...o, money: 'CAPTURED' }),
    /*  9 */ PaymentCaptureFailed: (o) => compensate(o, 'CANCELLED', 'CAPTURE_FAILED', ['stock', 'payment']),
    /* 10, 11 */ Stop: (o, { reason }) =>
      o.parts.every(({ status }) => status === 'OPEN')
        ? compensate(o, 'CANCELLED', reason, ['stock', 'payment'])
        : tooLateToStop(o, reason),
    /* 12-14 */ Ship: ship,
    /* 14 */ Deliver: refusedForState,
  },
  SHIPPED: {
    /* 11 */ Stop: (o, { reason }) => tooLateToStop(o, reason),
    /* 14 */ Ship: refusedForState,
    /* 15 */ Deliver: deliver,
  },
  CANCELLING: {
    /* 16 */ StockReserved: (o) => noted({ ...o, stock: 'RESERVED' }),
    /* 16 */ PaymentAuthorized: (o) => noted({ ...o, money: 'AUTHORIZED' }),
    /* 16 */ PaymentCaptured: (o) => noted({ ...o, money: 'CAPTURED' }),
    /* 17 */ StockRejected: noted,
    /* 17 */ PaymentDeclined: noted,
    /* 17 */ PaymentCaptureFailed: noted,
    /* 18 */ StockReleased: (o) => closeIfClear({ ...o, stock: 'CLEAR' }),
    /* 18; its schema says net = 0 */ PaymentCancelled: (o) => closeIfClear({ ...o, money: 'CLEAR' }),
    /* 19 */ Stop: alreadyStopped,
    /* 14 */ Ship: refusedForState,
    /* 14 */ Deliver: refusedForState,
  },
  CANCELLED: { /* 19 */ Stop: alreadyStopped, /* 14 */ Ship: refusedForState, Deliver: refusedForState },
  DELIVERED: final(),
  REJECTED: final(),
  EXPIRED: final(),
};

/** Rows 11 and 14 in the states that nothing leaves. */
function final(): Rows {
  return {
    Stop: (o, { reason }) => tooLateToStop(o, reason),
    Ship: refusedForState,
    Deliver: refusedForState,
  };
}

/** A message is the order's next record on its topic: no message, no new version. */
function to(
  order: Order,
  change: Partial<Order>,
  type: string,
  payload: Record<string, unknown> = {},
): Reaction {
  const next = { ...order, ...change, version: order.version + 1 };
  const message: OrderMessage = { type, payload: { orderId: order.id, userId: order.userId, ...payload } };
  return { effect: 'applied', order: next, message };
}

/** Into CANCELLING, until each named service has answered; the outcome is decided here, once. */
function compensate(o: Order, outcome: Outcome, reason: Reason, whom: ('stock' | 'payment')[]): Reaction {
  const change = { status: 'CANCELLING', outcome, reason } as const;
  return to(o, change, 'OrderCancelling', { compensate: whom, outcome, reason });
}

/** Row 18: the same result whichever answer comes first, so the two topics need no order between them. */
function closeIfClear(o: Order): Reaction {
  if (o.stock !== 'CLEAR' || (o.money !== 'NONE' && o.money !== 'CLEAR') || o.outcome === null)
    return noted(o);
  const type = { CANCELLED: 'OrderCancelled', EXPIRED: 'OrderExpired', REJECTED: 'OrderRejected' }[o.outcome];
  return to(o, { status: o.outcome }, type, { reason: o.reason });
}

function ship(o: Order, { storeId }: Of<'Ship'>): Reaction {
  if (o.money !== 'CAPTURED') return { effect: 'refused', order: o, code: 'PAYMENT_NOT_CAPTURED' };
  const parts = movePart(o, storeId, 'OPEN', 'SHIPPED');
  if (!parts) return refusedForState(o);
  const last = parts.every(({ status }) => status === 'SHIPPED');
  return to(o, { parts, ...(last && { status: 'SHIPPED' }) }, last ? 'OrderShipped' : 'OrderStoreShipped', {
    storeId,
  });
}

function deliver(o: Order, { storeId }: Of<'Deliver'>): Reaction {
  const parts = movePart(o, storeId, 'SHIPPED', 'DELIVERED');
  if (!parts) return refusedForState(o);
  const last = parts.every(({ status }) => status === 'DELIVERED');
  const type = last ? 'OrderDelivered' : 'OrderStoreDelivered';
  return to(o, { parts, ...(last && { status: 'DELIVERED' }) }, type, { storeId });
}

function movePart(
  o: Order,
  storeId: string,
  from: Part['status'],
  status: Part['status'],
): Part[] | undefined {
  if (!o.parts.some((part) => part.storeId === storeId && part.status === from)) return undefined;
  return o.parts.map((part) => (part.storeId === storeId ? { ...part, status } : part));
}

function noted(order: Order): Reaction {
  return { effect: 'noted', order };
}

/** Cancelling twice is one cancel; that a store or a user is deleted as well changes nothing. */
function alreadyStopped(order: Order): Reaction {
  return { effect: 'ignored', order };
}

function refusedForState(order: Order): Reaction {
  return { effect: 'refused', order, code: 'INVALID_ORDER_STATE' };
}

/** A person is told; a deletion is not: what is under way to the buyer arrives. */
function tooLateToStop(order: Order, reason: Reason): Reaction {
  return reason === 'BUYER' || reason === 'ADMIN' ? refusedForState(order) : { effect: 'ignored', order };
}

/** Row 22. Money that comes to an order which is over should have been shut out long before. */
function ignored(order: Order, { type }: Trigger): Reaction {
  const final = !['PENDING', 'RESERVED', 'CONFIRMED', 'SHIPPED', 'CANCELLING'].includes(order.status);
  const alarm = final && (type === 'PaymentAuthorized' || type === 'PaymentCaptured');
  return { effect: 'ignored', order, ...(alarm && { alarm }) };
}
