import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOpen, type Order, type Trigger } from '../../src/domain/order.js';
import { react } from '../../src/domain/saga.js';
import { anOrder, parts, statuses } from './an-order.js';

const stop = (reason: 'BUYER' | 'ADMIN' | 'USER_DELETED' | 'STORE_DELETED'): Trigger => ({
  type: 'Stop',
  reason,
});
const rejected: Trigger = { type: 'StockRejected', lines: [{ productId: 'p1' }] };
const ship = (storeId = 'store-0'): Trigger => ({ type: 'Ship', storeId });
const deliver = (storeId = 'store-0'): Trigger => ({ type: 'Deliver', storeId });
const t = (type: Exclude<Trigger['type'], 'Stop' | 'Ship' | 'Deliver' | 'StockRejected'>): Trigger => ({
  type,
});

const both = ['stock', 'payment'];
const captured = { money: 'CAPTURED' } as const;
const halfShipped = { ...captured, parts: parts('SHIPPED', 'OPEN') };

/** The specification's table again, by hand: row, order, trigger, what becomes of it, what is said. */
const rows: [string, Order, Trigger, Partial<Order>, string | null, Record<string, unknown>?][] = [
  [
    '2',
    anOrder('PENDING'),
    t('StockReserved'),
    { status: 'RESERVED', stock: 'RESERVED', money: 'ASKED' },
    'OrderPaymentRequested',
    { amount: 4_200, currency: 'EUR', method: 'pm_card_visa', expiresAt: '2026-01-01T00:15:00.000Z' },
  ],
  [
    '3',
    anOrder('PENDING'),
    rejected,
    { status: 'REJECTED', stock: 'CLEAR', reason: 'OUT_OF_STOCK' },
    'OrderRejected',
    { reason: 'OUT_OF_STOCK', lines: [{ productId: 'p1' }] },
  ],
  [
    '4 buyer',
    anOrder('PENDING'),
    stop('BUYER'),
    { status: 'CANCELLING', outcome: 'CANCELLED', reason: 'BUYER' },
    'OrderCancelling',
    { compensate: ['stock'] },
  ],
  [
    '4 deadline',
    anOrder('PENDING'),
    t('Deadline'),
    { status: 'CANCELLING', outcome: 'EXPIRED', reason: 'DEADLINE' },
    'OrderCancelling',
    { compensate: ['stock'] },
  ],
  [
    '5',
    anOrder('RESERVED'),
    t('PaymentAuthorized'),
    { status: 'CONFIRMED', money: 'AUTHORIZED' },
    'OrderConfirmed',
  ],
  [
    '6',
    anOrder('RESERVED'),
    t('PaymentDeclined'),
    { status: 'CANCELLING', outcome: 'REJECTED', reason: 'PAYMENT_DECLINED', money: 'CLEAR' },
    'OrderCancelling',
    { compensate: ['stock'] },
  ],
  [
    '7 admin',
    anOrder('RESERVED'),
    stop('ADMIN'),
    { status: 'CANCELLING', outcome: 'CANCELLED', reason: 'ADMIN' },
    'OrderCancelling',
    { compensate: both },
  ],
  [
    '7 deadline',
    anOrder('RESERVED'),
    t('Deadline'),
    { status: 'CANCELLING', outcome: 'EXPIRED', reason: 'DEADLINE' },
    'OrderCancelling',
    { compensate: both },
  ],
  ['8', anOrder('CONFIRMED'), t('PaymentCaptured'), { money: 'CAPTURED' }, null],
  [
    '9',
    anOrder('CONFIRMED'),
    t('PaymentCaptureFailed'),
    { status: 'CANCELLING', outcome: 'CANCELLED', reason: 'CAPTURE_FAILED' },
    'OrderCancelling',
    { compensate: both },
  ],
  [
    '10',
    anOrder('CONFIRMED', captured),
    stop('USER_DELETED'),
    { status: 'CANCELLING', outcome: 'CANCELLED', reason: 'USER_DELETED' },
    'OrderCancelling',
    { compensate: both },
  ],
  [
    '12',
    anOrder('CONFIRMED', captured),
    ship('store-1'),
    { parts: parts('OPEN', 'SHIPPED') },
    'OrderStoreShipped',
    { storeId: 'store-1' },
  ],
  [
    '13',
    anOrder('CONFIRMED', halfShipped),
    ship('store-1'),
    { status: 'SHIPPED', parts: parts('SHIPPED', 'SHIPPED') },
    'OrderShipped',
    { storeId: 'store-1' },
  ],
  [
    '15 first',
    anOrder('SHIPPED'),
    deliver(),
    { parts: parts('DELIVERED', 'SHIPPED') },
    'OrderStoreDelivered',
    { storeId: 'store-0' },
  ],
  [
    '15 last',
    anOrder('SHIPPED', { parts: parts('SHIPPED', 'DELIVERED') }),
    deliver(),
    { status: 'DELIVERED', parts: parts('DELIVERED', 'DELIVERED') },
    'OrderDelivered',
    { storeId: 'store-0' },
  ],
  ['16 stock', anOrder('CANCELLING', { stock: 'ASKED' }), t('StockReserved'), { stock: 'RESERVED' }, null],
  ['16 authorised', anOrder('CANCELLING'), t('PaymentAuthorized'), { money: 'AUTHORIZED' }, null],
  [
    '16 captured',
    anOrder('CANCELLING', { money: 'AUTHORIZED' }),
    t('PaymentCaptured'),
    { money: 'CAPTURED' },
    null,
  ],
  ['17 rejected', anOrder('CANCELLING', { stock: 'ASKED' }), rejected, {}, null],
  ['17 declined', anOrder('CANCELLING'), t('PaymentDeclined'), {}, null],
  ['17 capture failed', anOrder('CANCELLING'), t('PaymentCaptureFailed'), {}, null],
  ['18 stock first', anOrder('CANCELLING'), t('StockReleased'), { stock: 'CLEAR' }, null],
  ['18 money first', anOrder('CANCELLING'), t('PaymentCancelled'), { money: 'CLEAR' }, null],
  [
    '18 stock last',
    anOrder('CANCELLING', { money: 'CLEAR' }),
    t('StockReleased'),
    { status: 'CANCELLED', stock: 'CLEAR' },
    'OrderCancelled',
    { reason: 'BUYER' },
  ],
  [
    '18 money last',
    anOrder('CANCELLING', { stock: 'CLEAR', outcome: 'EXPIRED', reason: 'DEADLINE' }),
    t('PaymentCancelled'),
    { status: 'EXPIRED', money: 'CLEAR' },
    'OrderExpired',
    { reason: 'DEADLINE' },
  ],
  [
    '18 never paid',
    anOrder('CANCELLING', { money: 'NONE', outcome: 'REJECTED', reason: 'PAYMENT_DECLINED' }),
    t('StockReleased'),
    { status: 'REJECTED', stock: 'CLEAR' },
    'OrderRejected',
    { reason: 'PAYMENT_DECLINED' },
  ],
  ['19 cancelling', anOrder('CANCELLING'), stop('BUYER'), {}, null],
  ['19 cancelled', anOrder('CANCELLED'), stop('ADMIN'), {}, null],
  ['11 deletion', anOrder('CONFIRMED', halfShipped), stop('STORE_DELETED'), {}, null],
  ['21', anOrder('DELIVERED'), t('PaymentRefunded'), {}, null],
];

describe('the order saga', () => {
  it.each(rows)('row %s', (_row, order, trigger, change, message, payload) => {
    const reaction = react(order, trigger);
    expect(reaction.effect).not.toBe('refused');
    const said = reaction.effect === 'applied' || reaction.effect === 'noted' ? reaction.message : undefined;
    expect(said?.type ?? null).toBe(message);
    if (said) expect(said.payload).toMatchObject({ orderId: 'order-1', userId: 'user-1', ...payload });
    expect(reaction.order).toEqual({ ...order, ...change, version: order.version + (message ? 1 : 0) });
  });

  it.each<[string, Order, Trigger, string]>([
    [
      '11 cancel when a part is on its way',
      anOrder('CONFIRMED', halfShipped),
      stop('BUYER'),
      'INVALID_ORDER_STATE',
    ],
    ['11 cancel when shipped', anOrder('SHIPPED'), stop('ADMIN'), 'INVALID_ORDER_STATE'],
    ['11 cancel when delivered', anOrder('DELIVERED'), stop('BUYER'), 'INVALID_ORDER_STATE'],
    ['11 cancel when rejected', anOrder('REJECTED'), stop('BUYER'), 'INVALID_ORDER_STATE'],
    ['14 ship before the capture', anOrder('CONFIRMED'), ship(), 'PAYMENT_NOT_CAPTURED'],
    ['14 ship a part twice', anOrder('CONFIRMED', halfShipped), ship('store-0'), 'INVALID_ORDER_STATE'],
    [
      '14 ship a part of somewhere else',
      anOrder('CONFIRMED', captured),
      ship('elsewhere'),
      'INVALID_ORDER_STATE',
    ],
    [
      '15 deliver a part twice',
      anOrder('SHIPPED', { parts: parts('DELIVERED', 'SHIPPED') }),
      deliver(),
      'INVALID_ORDER_STATE',
    ],
    ...(
      [
        'PENDING',
        'RESERVED',
        'CANCELLING',
        'CANCELLED',
        'REJECTED',
        'EXPIRED',
        'SHIPPED',
        'DELIVERED',
      ] as const
    ).map((status): [string, Order, Trigger, string] => [
      `14 ship in ${status}`,
      anOrder(status),
      ship(),
      'INVALID_ORDER_STATE',
    ]),
    ...(['PENDING', 'RESERVED', 'CONFIRMED', 'CANCELLING', 'CANCELLED', 'DELIVERED'] as const).map(
      (status): [string, Order, Trigger, string] => [
        `15 deliver in ${status}`,
        anOrder(status),
        deliver(),
        'INVALID_ORDER_STATE',
      ],
    ),
  ])('refuses row %s and changes nothing', (_row, order, trigger, code) => {
    expect(react(order, trigger)).toEqual({ effect: 'refused', order, code });
  });

  it.each(['DELIVERED', 'REJECTED', 'CANCELLED', 'EXPIRED'] as const)(
    'raises an alarm when money comes to an order that is %s',
    (status) => {
      expect(react(anOrder(status), t('PaymentAuthorized'))).toMatchObject({
        effect: 'ignored',
        alarm: true,
      });
      expect(react(anOrder(status), t('PaymentCaptured'))).toMatchObject({ effect: 'ignored', alarm: true });
      expect(react(anOrder(status), t('StockReserved'))).not.toHaveProperty('alarm');
    },
  );
});

const seed = 20261122;
const answers = [
  'StockReserved',
  'StockReleased',
  'PaymentAuthorized',
  'PaymentDeclined',
  'PaymentCaptured',
  'PaymentCaptureFailed',
  'PaymentCancelled',
  'PaymentRefunded',
  'PaymentRefundFailed',
  'Deadline',
] as const;
const trigger: fc.Arbitrary<Trigger> = fc.oneof(
  fc.constantFrom(...answers).map(t),
  fc.constant(rejected),
  fc.constantFrom('BUYER', 'ADMIN', 'USER_DELETED', 'STORE_DELETED').map((reason) => stop(reason)),
  fc.constantFrom('store-0', 'store-1', 'elsewhere').map((id) => ship(id)),
  fc.constantFrom('store-0', 'store-1').map((id) => deliver(id)),
);

describe('whatever comes, in whatever order', () => {
  it('raises the version by one for each message and only then, and never leaves a final state', () => {
    fc.assert(
      fc.property(fc.array(trigger, { maxLength: 40 }), (triggers) => {
        let order = anOrder('PENDING');
        let messages = 1;
        for (const each of triggers) {
          const before = order;
          const reaction = react(before, each);
          order = reaction.order;
          const said =
            (reaction.effect === 'applied' || reaction.effect === 'noted') && reaction.message ? 1 : 0;
          messages += said;
          expect(order.version).toBe(messages);
          if (!isOpen(before)) expect(order).toBe(before);
          if (before.status !== order.status) expect(said).toBe(1);
          if (before.outcome !== null)
            expect([order.outcome, order.reason]).toEqual([before.outcome, before.reason]);
          if (['REJECTED', 'CANCELLED', 'EXPIRED'].includes(order.status)) {
            expect(order.stock).toBe('CLEAR');
            expect(['NONE', 'CLEAR']).toContain(order.money);
          }
          if (order.parts.some(({ status }) => status !== 'OPEN')) expect(order.money).toBe('CAPTURED');
        }
      }),
      { seed, numRuns: 2_000 },
    );
  });

  it('knows every state and trigger: no pair throws', () => {
    fc.assert(
      fc.property(fc.constantFrom(...statuses), trigger, (status, each) => {
        react(anOrder(status), each);
      }),
      { seed, numRuns: 1_000 },
    );
  });

  it('ends a cancellation alike, whichever of the two topics answers first', () => {
    const stock = [t('StockReserved'), t('StockReleased')];
    const money = [t('PaymentAuthorized'), t('PaymentCaptured'), t('PaymentCancelled')];
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }), (choice) => {
        const left = [...stock];
        const right = [...money];
        let order = anOrder('CANCELLING', { stock: 'ASKED' });
        const said: string[] = [];
        while (left.length + right.length > 0) {
          const next = (choice.pop() && left.length > 0) || right.length === 0 ? left.shift() : right.shift();
          const reaction = react(order, next as Trigger);
          order = reaction.order;
          if (reaction.effect === 'applied' && reaction.message) said.push(reaction.message.type);
        }
        expect(order).toMatchObject({ status: 'CANCELLED', stock: 'CLEAR', money: 'CLEAR' });
        expect(said).toEqual(['OrderCancelled']);
      }),
      { seed, numRuns: 200 },
    );
  });
});
