import { describe, expect, test } from 'vitest';
import { decide, type Reservation, type Status, type Trigger } from '../../src/domain/reservation.js';
import { cancelling, confirmed, idOf, placed, shelfOf, stockOf } from './order-messages.js';

const order = idOf(1);
const apple = idOf(1, 1);
const pear = idOf(2, 1);
const lines = [{ productId: apple, quantity: 3 }];
const reservation = (status: Status, version = 1): Reservation => ({
  orderId: order,
  status,
  version,
  lines: status === 'REJECTED' ? [] : lines,
});

describe('an order that is not known yet', () => {
  test('is rejected whole when one of its lines is short, and only that line is named', () => {
    const shelf = shelfOf(stockOf(apple, 5), stockOf(pear, 1));
    const message = placed(order, { productId: apple, quantity: 5 }, { productId: pear, quantity: 2 });
    expect(decide(undefined, shelf, message)).toEqual({
      effect: 'applied',
      reservation: { orderId: order, status: 'REJECTED', version: 1, lines: [] },
      stock: [],
      answer: {
        type: 'StockRejected',
        payload: {
          orderId: order,
          reason: 'OUT_OF_STOCK',
          lines: [{ productId: pear, requested: 2, available: 1 }],
        },
      },
    });
  });

  test.each([
    ['was deleted', shelfOf(stockOf(apple, 5, { gone: true }))],
    ['never existed', shelfOf()],
  ])('is rejected as PRODUCT_GONE when a product %s', (_, shelf) => {
    const decision = decide(undefined, shelf, placed(order, ...lines));
    expect(decision).toMatchObject({
      reservation: { status: 'REJECTED' },
      answer: {
        payload: { reason: 'PRODUCT_GONE', lines: [{ productId: apple, requested: 3, available: 0 }] },
      },
    });
  });

  test('names gone and short lines together, and being gone is the reason', () => {
    const shelf = shelfOf(stockOf(apple, 5, { gone: true }), stockOf(pear, 0));
    const message = placed(order, { productId: apple, quantity: 1 }, { productId: pear, quantity: 1 });
    expect(decide(undefined, shelf, message)).toMatchObject({
      answer: { payload: { reason: 'PRODUCT_GONE', lines: [{ productId: apple }, { productId: pear }] } },
    });
  });

  test('is not reserved beyond the stock by naming a product twice', () => {
    const twice = placed(order, ...lines, ...lines);
    expect(decide(undefined, shelfOf(stockOf(apple, 5)), twice)).toMatchObject({
      reservation: { status: 'REJECTED' },
      answer: { payload: { lines: [{ productId: apple, requested: 6, available: 5 }] } },
    });
    expect(decide(undefined, shelfOf(stockOf(apple, 6)), twice)).toMatchObject({
      reservation: { status: 'RESERVED', lines: [{ productId: apple, quantity: 6 }] },
      stock: [{ available: 0, reserved: 6 }],
    });
  });

  test('is reserved when every line is there, down to the last piece', () => {
    expect(decide(undefined, shelfOf(stockOf(apple, 3)), placed(order, ...lines))).toEqual({
      effect: 'applied',
      reservation: { orderId: order, status: 'RESERVED', version: 1, lines },
      stock: [stockOf(apple, 0, { reserved: 3 })],
      answer: { type: 'StockReserved', payload: { orderId: order } },
    });
  });

  test('is waited for when it is confirmed already', () => {
    expect(decide(undefined, shelfOf(), confirmed(order))).toEqual({ effect: 'unknown' });
  });

  test('leaves a tombstone and an answer when it is cancelled before it was placed', () => {
    expect(decide(undefined, shelfOf(), cancelling(order))).toEqual({
      effect: 'applied',
      reservation: { orderId: order, status: 'RELEASED', version: 1, lines: [] },
      stock: [],
      answer: { type: 'StockReleased', payload: { orderId: order, restocked: false } },
    });
  });

  test('is left alone by a cancellation that does not ask for stock', () => {
    expect(decide(undefined, shelfOf(), cancelling(order, ['payment']))).toEqual({ effect: 'ignored' });
  });
});

describe('a reservation', () => {
  const shelf = shelfOf(stockOf(apple, 1, { reserved: 3, sold: 3 }));

  test.each<[Status, string, Trigger]>([
    ['RESERVED', 'OrderPlaced', placed(order, ...lines)],
    ['REJECTED', 'OrderPlaced', placed(order, ...lines)],
    ['COMMITTED', 'OrderPlaced', placed(order, ...lines)],
    ['COMMITTED', 'OrderConfirmed', confirmed(order)],
    ['RELEASED', 'OrderPlaced', placed(order, ...lines)],
    ['RELEASED', 'OrderConfirmed', confirmed(order)],
    ['RELEASED', 'OrderCancelling', cancelling(order)],
  ])('%s ignores %s', (status, _, message) => {
    expect(decide(reservation(status), shelf, message)).toEqual({ effect: 'ignored' });
  });

  test('REJECTED raises an alarm when its order is confirmed all the same', () => {
    expect(decide(reservation('REJECTED'), shelf, confirmed(order))).toEqual({ effect: 'unexpected' });
  });

  test('RESERVED becomes COMMITTED without an answer: what was reserved is sold', () => {
    expect(decide(reservation('RESERVED'), shelf, confirmed(order))).toEqual({
      effect: 'applied',
      reservation: reservation('COMMITTED'),
      stock: [stockOf(apple, 1, { reserved: 0, sold: 6 })],
    });
  });

  test('RESERVED is released: what was reserved is available again', () => {
    expect(decide(reservation('RESERVED'), shelf, cancelling(order))).toEqual({
      effect: 'applied',
      reservation: reservation('RELEASED', 2),
      stock: [stockOf(apple, 4, { reserved: 0, sold: 3 })],
      answer: { type: 'StockReleased', payload: { orderId: order, restocked: false } },
    });
  });

  test('COMMITTED is restocked: what was sold is available again', () => {
    expect(decide(reservation('COMMITTED'), shelf, cancelling(order))).toEqual({
      effect: 'applied',
      reservation: reservation('RELEASED', 2),
      stock: [stockOf(apple, 4, { reserved: 3, sold: 0 })],
      answer: { type: 'StockReleased', payload: { orderId: order, restocked: true } },
    });
  });

  test('is released into a product that was deleted meanwhile', () => {
    const gone = shelfOf(stockOf(apple, 0, { reserved: 3, gone: true }));
    expect(decide(reservation('RESERVED'), gone, cancelling(order))).toMatchObject({
      stock: [{ available: 3, reserved: 0, gone: true }],
    });
  });

  test('REJECTED answers a cancellation, since the order waits for it, but only once', () => {
    expect(decide(reservation('REJECTED'), shelf, cancelling(order))).toEqual({
      effect: 'applied',
      reservation: reservation('REJECTED', 2),
      stock: [],
      answer: { type: 'StockReleased', payload: { orderId: order, restocked: false } },
    });
    expect(decide(reservation('REJECTED', 2), shelf, cancelling(order))).toEqual({ effect: 'ignored' });
  });
});
