import { describe, expect, test } from 'vitest';
import { realRules, watched } from './rules.js';
import { search, told } from './search.js';
import { smallClock, smallWorld } from './small-world.js';

// What may happen besides the ordinary course, and how often. Crashes, calls that are lost, late or repeated, and
// topics that overtake one another are in all of them, without a limit.
const worlds: [title: string, left: Record<string, number>, states: number][] = [
  ['nothing else', {}, 100],
  [
    'a cancel, a deadline, an admin’s refund, and one topic read again from the start, its inbox empty',
    { cancel: 1, time: 1, refund: 1, rewind: 1 },
    40_000,
  ],
  [
    'two refunds by an admin, one that the provider refuses, and a cancel',
    { refund: 2, refundRefusals: 1, cancel: 1 },
    5_000,
  ],
  ['a store or a buyer who is deleted, and a deadline', { deletion: 1, time: 1 }, 10_000],
  [
    'a cancellation that is read before what came before it, by both services',
    { overtake: 2, cancel: 1, time: 1 },
    5_000,
  ],
  [
    'a capture in the provider’s own dashboard, a cancel and a refused refund',
    { dashboard: 1, cancel: 1, refundRefusals: 1 },
    2_000,
  ],
  [
    'an order or a reservation that is heard of before it is seen, a cancel and a deadline',
    { hidden: 1, cancel: 1, time: 1 },
    5_000,
  ],
  ['a webhook, a cancel and a refund', { webhook: 1, cancel: 1, refund: 1 }, 2_000],
];

const seen = new Set<string>();

describe('one order of two stores, one of which may have nothing left, with', () => {
  test.each(worlds)(
    '%s',
    (title, left, states) => {
      const begin = [smallWorld([1, 1], left), smallWorld([1, 0], left)];
      const found = search(begin, watched(realRules, seen), smallClock);
      expect(found.violation && told(found)).toBeUndefined();
      console.info(`${found.states} states, ${found.transitions} steps: ${title}`);
      // If it saw much less than it used to, the model lost something.
      expect(found.states).toBeGreaterThan(states);
      expect([...found.atRest.keys()]).toEqual(
        expect.arrayContaining(['REJECTED', 'CONFIRMED', 'SHIPPED', 'DELIVERED', 'CANCELLED']),
      );
    },
    60_000,
  );

  test('has met every row of the three tables by then', () => {
    const payment = Array.from({ length: 28 }, (_, i) => `payment row ${i + 1}`);
    const store = ['none', 'RESERVED', 'REJECTED', 'COMMITTED', 'RELEASED']
      .flatMap((status) =>
        ['OrderPlaced', 'OrderConfirmed', 'OrderCancelling'].map((type) => `store ${status} ${type}`),
      )
      .filter((cell) => cell !== 'store REJECTED OrderConfirmed'); // nobody pays for what was rejected
    const order = [
      'PENDING StockReserved applied',
      'PENDING StockRejected applied',
      'PENDING Stop applied',
      'PENDING Deadline applied',
      'RESERVED PaymentAuthorized applied',
      'RESERVED PaymentDeclined applied',
      'RESERVED Stop applied',
      'RESERVED Deadline applied',
      'CONFIRMED PaymentCaptured noted',
      'CONFIRMED PaymentCaptureFailed applied',
      'CONFIRMED Stop applied',
      'CONFIRMED Stop refused',
      'CONFIRMED Stop ignored',
      'CONFIRMED Ship applied',
      'CONFIRMED Ship refused',
      'SHIPPED Stop refused',
      'SHIPPED Stop ignored',
      'SHIPPED Deliver applied',
      'CANCELLING StockReserved noted',
      'CANCELLING StockRejected noted',
      'CANCELLING StockReleased noted',
      'CANCELLING StockReleased applied',
      'CANCELLING PaymentAuthorized noted',
      'CANCELLING PaymentDeclined noted',
      'CANCELLING PaymentCaptured noted',
      'CANCELLING PaymentCaptureFailed noted',
      'CANCELLING PaymentCancelled noted',
      'CANCELLING PaymentCancelled applied',
      'CANCELLING PaymentRefunded noted',
      'CANCELLING PaymentRefundFailed noted',
      'CANCELLING Stop ignored',
      'CANCELLED Stop ignored',
      'CANCELLED StockReleased ignored',
      'DELIVERED PaymentRefunded noted',
      'DELIVERED Stop refused',
      'DELIVERED Stop ignored',
    ].map((row) => `order ${row}`);
    expect([...payment, ...store, ...order].filter((row) => !seen.has(row))).toEqual([]);
  });
});
