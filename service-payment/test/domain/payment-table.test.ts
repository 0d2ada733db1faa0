import { describe, expect, test } from 'vitest';
import type { Operation, Payment, Trigger } from '../../src/domain/model.js';
import { react } from '../../src/domain/payment.js';
import { table } from '../../src/domain/payment-table.js';
import {
  absent,
  answered,
  cancelling,
  confirmed,
  done,
  now,
  operation,
  payment,
  refundBy,
  refused,
  requested,
  secondsAgo,
  unknown,
} from './given.js';

interface Expected {
  row: number;
  becomes?: string; // STATUS (GOAL)
  settled?: string[]; // operation: STATUS
  added?: string[]; // kind amount
  says?: [string, Record<string, unknown>][];
}

const tested = new Set<number>();

function check(before: Payment | undefined, operations: Operation[], trigger: Trigger, expected: Expected) {
  const reaction = react(before, operations, trigger);
  const after = reaction.payment;
  tested.add(reaction.row);
  expect({
    row: reaction.row,
    becomes: after && `${after.status} (${after.goal})`,
    settled: reaction.settled.map(({ id, status }) => `${id}: ${status}`),
    added: reaction.added.map(
      ({ kind, amount, status }) => `${kind} ${amount}${status === 'DONE' ? ' done' : ''}`,
    ),
    says: reaction.messages.map(({ type, payload }) => [type, payload]),
  }).toEqual({ settled: [], added: [], says: [], becomes: undefined, ...expected });
  return reaction;
}

const money = { amount: 100, currency: 'EUR' };
const cancelledAs = (how: string): [string, Record<string, unknown>] => ['PaymentCancelled', { how, net: 0 }];

describe('before there is a payment', () => {
  test('row 1: a request makes one and asks for an authorisation', () => {
    const { payment } = check(undefined, [], requested, {
      row: 1,
      becomes: 'NEW (AUTHORIZE)',
      added: ['authorize 100'],
    });
    expect(payment).toMatchObject({ amount: 100, currency: 'EUR', userId: 'user-1', captured: 0 });
  });

  test('row 2: a cancellation leaves a tombstone without an amount, and answers', () => {
    const { payment } = check(undefined, [], cancelling, {
      row: 2,
      becomes: 'CANCELLED (CANCEL)',
      says: [cancelledAs('none')],
    });
    expect(payment).toMatchObject({ amount: null, method: null, orderId: 'order-1' });
  });

  test('after row 2 the late request is ignored', () => {
    const { payment } = react(undefined, [], cancelling);
    check(payment, [], requested, { row: 0, becomes: 'CANCELLED (CANCEL)' });
  });

  test('row 28: a confirmation of nothing changes nothing, so that it can be tried again', () => {
    check(undefined, [], confirmed, { row: 28 });
  });
});

describe('while the authorisation is open', () => {
  const open = [operation('authorize', 'PENDING')];

  test('row 3: authorised', () => {
    check(payment('NEW', 'AUTHORIZE'), open, answered('authorize-1', done), {
      row: 3,
      becomes: 'AUTHORIZED (AUTHORIZE)',
      settled: ['authorize-1: DONE'],
      says: [['PaymentAuthorized', money]],
    });
  });

  test.each(['CARD_DECLINED', 'AUTHENTICATION_REQUIRED'])('row 4: declined with %s', (reason) => {
    check(payment('NEW', 'AUTHORIZE'), open, answered('authorize-1', refused(reason)), {
      row: 4,
      becomes: 'DECLINED (AUTHORIZE)',
      settled: ['authorize-1: FAILED'],
      says: [['PaymentDeclined', { reason }]],
    });
  });

  test('row 5: expired, and the provider never heard of it', () => {
    const expired = payment('NEW', 'AUTHORIZE', { expiresAt: now });
    check(expired, open, answered('authorize-1', absent), {
      row: 5,
      becomes: 'DECLINED (AUTHORIZE)',
      settled: ['authorize-1: ABANDONED'],
      says: [['PaymentDeclined', { reason: 'EXPIRED' }]],
    });
  });

  test('row 5 waits for the deadline: until then an absent operation stays open', () => {
    check(payment('NEW', 'AUTHORIZE'), open, answered('authorize-1', absent), {
      row: 25,
      becomes: 'NEW (AUTHORIZE)',
      settled: ['authorize-1: UNKNOWN'],
    });
  });

  test('row 6: a cancellation waits for the authorisation', () => {
    check(payment('NEW', 'AUTHORIZE'), open, cancelling, { row: 6, becomes: 'NEW (CANCEL)' });
  });

  test('row 7: authorised after the cancellation, so it is voided', () => {
    check(payment('NEW', 'CANCEL'), open, answered('authorize-1', done), {
      row: 7,
      becomes: 'AUTHORIZED (CANCEL)',
      settled: ['authorize-1: DONE'],
      added: ['void 100'],
      says: [['PaymentAuthorized', money]],
    });
  });

  test('row 8: declined after the cancellation', () => {
    check(payment('NEW', 'CANCEL'), open, answered('authorize-1', refused('CARD_DECLINED')), {
      row: 8,
      becomes: 'CANCELLED (CANCEL)',
      settled: ['authorize-1: FAILED'],
      says: [cancelledAs('none')],
    });
  });

  test('row 8: unknown to the provider for 60 s after the last call', () => {
    const silent = [operation('authorize', 'UNKNOWN', { calledAt: secondsAgo(60) })];
    check(payment('NEW', 'CANCEL'), silent, answered('authorize-1', absent), {
      row: 8,
      becomes: 'CANCELLED (CANCEL)',
      settled: ['authorize-1: ABANDONED'],
      says: [cancelledAs('none')],
    });
  });

  test('row 8 waits out the 60 s: a call may still be on its way', () => {
    const silent = [operation('authorize', 'UNKNOWN', { calledAt: secondsAgo(59) })];
    check(payment('NEW', 'CANCEL'), silent, answered('authorize-1', absent), {
      row: 25,
      becomes: 'NEW (CANCEL)',
      settled: ['authorize-1: UNKNOWN'],
    });
  });
});

describe('once authorised', () => {
  const authorised = operation('authorize', 'DONE');
  const capturing = [authorised, operation('capture', 'PENDING')];
  const voiding = [authorised, operation('void', 'PENDING')];

  test('row 9: the confirmation captures', () => {
    check(payment('AUTHORIZED', 'AUTHORIZE'), [authorised], confirmed, {
      row: 9,
      becomes: 'AUTHORIZED (CAPTURE)',
      added: ['capture 100'],
    });
  });

  test('row 10: captured', () => {
    const { payment: after } = check(
      payment('AUTHORIZED', 'CAPTURE'),
      capturing,
      answered('capture-1', done),
      {
        row: 10,
        becomes: 'CAPTURED (CAPTURE)',
        settled: ['capture-1: DONE'],
        says: [['PaymentCaptured', money]],
      },
    );
    expect(after?.captured).toBe(100);
  });

  test('row 11: a refused capture is not tried again', () => {
    check(payment('AUTHORIZED', 'CAPTURE'), capturing, answered('capture-1', refused('LAPSED')), {
      row: 11,
      becomes: 'AUTHORIZED (CAPTURE)',
      settled: ['capture-1: FAILED'],
      says: [['PaymentCaptureFailed', { reason: 'LAPSED' }]],
    });
  });

  test.each(['AUTHORIZE', 'CAPTURE'] as const)('row 12: cancelled with nothing open (%s)', (goal) => {
    const failed = goal === 'CAPTURE' ? [operation('capture', 'FAILED')] : [];
    check(payment('AUTHORIZED', goal), [authorised, ...failed], cancelling, {
      row: 12,
      becomes: 'AUTHORIZED (CANCEL)',
      added: ['void 100'],
    });
  });

  test('row 13: a cancellation never races an open capture', () => {
    check(payment('AUTHORIZED', 'CAPTURE'), capturing, cancelling, {
      row: 13,
      becomes: 'AUTHORIZED (CANCEL)',
    });
  });

  test('row 14: captured after the cancellation, so it is refunded', () => {
    const { payment: after } = check(
      payment('AUTHORIZED', 'CANCEL'),
      capturing,
      answered('capture-1', done),
      {
        row: 14,
        becomes: 'CAPTURED (CANCEL)',
        settled: ['capture-1: DONE'],
        added: ['refund 100'],
        says: [['PaymentCaptured', money]],
      },
    );
    expect(after).toMatchObject({ captured: 100, refunding: 100 });
  });

  test('row 15: the capture is refused after the cancellation, so the authorisation is voided', () => {
    check(payment('AUTHORIZED', 'CANCEL'), capturing, answered('capture-1', refused('LAPSED')), {
      row: 15,
      becomes: 'AUTHORIZED (CANCEL)',
      settled: ['capture-1: FAILED'],
      added: ['void 100'],
      says: [['PaymentCaptureFailed', { reason: 'LAPSED' }]],
    });
  });

  test('row 16: voided', () => {
    check(payment('AUTHORIZED', 'CANCEL'), voiding, answered('void-1', done), {
      row: 16,
      becomes: 'VOIDED (CANCEL)',
      settled: ['void-1: DONE'],
      says: [cancelledAs('voided')],
    });
  });

  test('row 17: the void finds the money captured: entered as a capture, and refunded', () => {
    const { payment: after } = check(
      payment('AUTHORIZED', 'CANCEL'),
      voiding,
      answered('void-1', refused('ALREADY_CAPTURED')),
      {
        row: 17,
        becomes: 'CAPTURED (CANCEL)',
        settled: ['void-1: FAILED'],
        added: ['capture 100 done', 'refund 100'],
        says: [['PaymentCaptured', money]],
      },
    );
    expect(after).toMatchObject({ captured: 100, refunding: 100 });
  });

  test('row 17 after row 15: the capture that was entered as failed is corrected, not doubled', () => {
    const operations = [...voiding, operation('capture', 'FAILED')];
    check(payment('AUTHORIZED', 'CANCEL'), operations, answered('void-1', refused('ALREADY_CAPTURED')), {
      row: 17,
      becomes: 'CAPTURED (CANCEL)',
      settled: ['void-1: FAILED', 'capture-1: DONE'],
      added: ['refund 100'],
      says: [['PaymentCaptured', money]],
    });
  });

  test('a void refused for another reason proves nothing and stays open', () => {
    check(payment('AUTHORIZED', 'CANCEL'), voiding, answered('void-1', refused('BUSY')), {
      row: 25,
      becomes: 'AUTHORIZED (CANCEL)',
      settled: ['void-1: UNKNOWN'],
    });
  });
});

describe('once captured', () => {
  const captured = [operation('authorize', 'DONE'), operation('capture', 'DONE')];
  const partial = operation('refund', 'PENDING', { amount: 30, requestedBy: 'admin-1' });
  const final = operation('refund', 'PENDING', { amount: 100 });

  test('row 18: an admin refunds a part', () => {
    const { payment: after } = check(payment('CAPTURED', 'CAPTURE'), captured, refundBy(30), {
      row: 18,
      becomes: 'CAPTURED (CAPTURE)',
      added: ['refund 30'],
    });
    expect(after?.refunding).toBe(30);
  });

  test('row 18 counts what is refunded and what is being refunded', () => {
    const spent = payment('CAPTURED', 'CAPTURE', { refunded: 50, refunding: 30 });
    check(spent, [...captured, partial], refundBy(20), {
      row: 18,
      becomes: 'CAPTURED (CAPTURE)',
      added: ['refund 20'],
    });
    check(spent, [...captured, partial], refundBy(21), { row: 0, becomes: 'CAPTURED (CAPTURE)' });
  });

  test('row 18 ends with the cancellation: what is left belongs to the final refund', () => {
    check(payment('CAPTURED', 'CANCEL'), captured, refundBy(1), { row: 0, becomes: 'CAPTURED (CANCEL)' });
  });

  test('row 19: the refund is done', () => {
    const before = payment('CAPTURED', 'CAPTURE', { refunding: 30 });
    const { payment: after } = check(before, [...captured, partial], answered('refund-1', done), {
      row: 19,
      becomes: 'CAPTURED (CAPTURE)',
      settled: ['refund-1: DONE'],
      says: [['PaymentRefunded', { refundId: 'refund-1', amount: 30, currency: 'EUR' }]],
    });
    expect(after).toMatchObject({ refunding: 0, refunded: 30 });
  });

  test('row 20: the refund is refused, and the admin may ask again', () => {
    const before = payment('CAPTURED', 'CAPTURE', { refunding: 30 });
    const { payment: after } = check(
      before,
      [...captured, partial],
      answered('refund-1', refused('NO_FUNDS')),
      {
        row: 20,
        becomes: 'CAPTURED (CAPTURE)',
        settled: ['refund-1: FAILED'],
        says: [['PaymentRefundFailed', { refundId: 'refund-1', amount: 30, reason: 'NO_FUNDS' }]],
      },
    );
    expect(after).toMatchObject({ refunding: 0, refunded: 0 });
  });

  test('row 20: a final refund that is refused is repeated after 1 s to 6 h, with an alert from the fifth on', () => {
    const before = payment('CAPTURED', 'CANCEL', { refunding: 100 });
    const failed = (n: number) =>
      Array.from({ length: n }, (_, i) => operation('refund', 'FAILED', { id: `failed-${i}` }));
    for (const [failures, after, alert] of [
      [0, 1, undefined],
      [3, 8, undefined],
      [4, 16, 'refund_keeps_failing'],
      [14, 16_384, 'refund_keeps_failing'],
      [15, 21_600, 'refund_keeps_failing'],
      [500, 21_600, 'refund_keeps_failing'],
    ] as const) {
      const operations = [...captured, final, ...failed(failures)];
      const reaction = check(before, operations, answered('refund-1', refused('NO_FUNDS')), {
        row: 20,
        becomes: 'CAPTURED (CANCEL)',
        settled: ['refund-1: FAILED'],
        added: ['refund 100'],
        says: [['PaymentRefundFailed', { refundId: 'refund-1', amount: 100, reason: 'NO_FUNDS' }]],
      });
      expect(reaction.added[0]?.after).toBe(after);
      expect(reaction.alert).toBe(alert);
      expect(reaction.payment?.refunding).toBe(100);
    }
  });

  test('rows 20 and 21: what was refused to admins makes the final refund wait a second, and alerts nobody', () => {
    const refusedToAdmins = Array.from({ length: 20 }, (_, i) =>
      operation('refund', 'FAILED', { id: `failed-${i}`, amount: 30, requestedBy: 'admin-1' }),
    );
    const cancelled = check(payment('CAPTURED', 'CAPTURE'), [...captured, ...refusedToAdmins], cancelling, {
      row: 21,
      becomes: 'CAPTURED (CANCEL)',
      added: ['refund 100'],
    });
    expect(cancelled.added[0]?.after).toBe(1);

    const waiting = payment('CAPTURED', 'CANCEL', { refunding: 30 });
    const operations = [...captured, partial, ...refusedToAdmins];
    const refusal = check(waiting, operations, answered('refund-1', refused('NO_FUNDS')), {
      row: 20,
      becomes: 'CAPTURED (CANCEL)',
      settled: ['refund-1: FAILED'],
      added: ['refund 100'],
      says: [['PaymentRefundFailed', { refundId: 'refund-1', amount: 30, reason: 'NO_FUNDS' }]],
    });
    expect(refusal.added[0]?.after).toBe(1);
    expect(refusal.alert).toBeUndefined();
  });

  test('row 21: a cancellation refunds what is left', () => {
    const { payment: after } = check(payment('CAPTURED', 'CAPTURE', { refunded: 30 }), captured, cancelling, {
      row: 21,
      becomes: 'CAPTURED (CANCEL)',
      added: ['refund 70'],
    });
    expect(after?.refunding).toBe(70);
  });

  test('row 21: a cancellation waits for open refunds, then refunds the rest', () => {
    const open = payment('CAPTURED', 'CAPTURE', { refunding: 30 });
    const { payment: waiting } = check(open, [...captured, partial], cancelling, {
      row: 21,
      becomes: 'CAPTURED (CANCEL)',
    });
    check(waiting, [...captured, partial], answered('refund-1', done), {
      row: 19,
      becomes: 'CAPTURED (CANCEL)',
      settled: ['refund-1: DONE'],
      added: ['refund 70'],
      says: [['PaymentRefunded', { refundId: 'refund-1', amount: 30, currency: 'EUR' }]],
    });
  });

  test('rows 21 and 22: with nothing left the cancellation is answered at once', () => {
    check(payment('CAPTURED', 'CAPTURE', { refunded: 100 }), captured, cancelling, {
      row: 21,
      becomes: 'REFUNDED (CANCEL)',
      says: [cancelledAs('refunded')],
    });
  });

  test('row 22: refunded', () => {
    const before = payment('CAPTURED', 'CANCEL', { refunding: 100 });
    const { payment: after } = check(before, [...captured, final], answered('refund-1', done), {
      row: 22,
      becomes: 'REFUNDED (CANCEL)',
      settled: ['refund-1: DONE'],
      says: [cancelledAs('refunded')],
    });
    expect(after).toMatchObject({ refunded: 100, refunding: 0 });
  });
});

describe('when it is over', () => {
  test('row 23: a cancellation that crossed the refusal is answered', () => {
    check(payment('DECLINED', 'AUTHORIZE'), [operation('authorize', 'FAILED')], cancelling, {
      row: 23,
      becomes: 'DECLINED (CANCEL)',
      says: [cancelledAs('none')],
    });
  });

  test('row 23: it is answered although a late success is being undone, and only once', () => {
    const undoing = [operation('authorize', 'DONE'), operation('void', 'PENDING')];
    const { payment: answeredOnce } = check(payment('DECLINED', 'AUTHORIZE'), undoing, cancelling, {
      row: 23,
      becomes: 'DECLINED (CANCEL)',
      says: [cancelledAs('none')],
    });
    check(answeredOnce, undoing, answered('void-1', done), {
      row: 24,
      becomes: 'DECLINED (CANCEL)',
      settled: ['void-1: DONE'],
    });
  });

  test('row 24: an authorisation learnt too late is voided without a word to the order', () => {
    const abandoned = [operation('authorize', 'ABANDONED')];
    const { alert } = check(payment('CANCELLED', 'CANCEL'), abandoned, answered('authorize-1', done), {
      row: 24,
      becomes: 'CANCELLED (CANCEL)',
      settled: ['authorize-1: DONE'],
      added: ['void 100'],
    });
    expect(alert).toBe('late_success');
  });

  test('row 24: a refusal learnt too late is noted, and nobody asks again', () => {
    const abandoned = [operation('authorize', 'ABANDONED')];
    check(payment('CANCELLED', 'CANCEL'), abandoned, answered('authorize-1', refused('DECLINED')), {
      row: 24,
      becomes: 'CANCELLED (CANCEL)',
      settled: ['authorize-1: FAILED'],
    });
  });

  test('row 24: a capture learnt too late is entered and refunded', () => {
    const operations = [
      operation('authorize', 'DONE'),
      operation('capture', 'FAILED'),
      operation('void', 'DONE'),
    ];
    const { payment: after, alert } = check(
      payment('VOIDED', 'CANCEL'),
      operations,
      answered('capture-1', done),
      {
        row: 24,
        becomes: 'VOIDED (CANCEL)',
        settled: ['capture-1: DONE'],
        added: ['refund 100'],
      },
    );
    expect(alert).toBe('late_success');
    expect(after).toMatchObject({ captured: 100, refunding: 100 });

    const refunding = [
      ...operations.slice(0, 1),
      operation('capture', 'DONE'),
      operation('refund', 'PENDING'),
    ];
    const { payment: paidBack } = check(after, refunding, answered('refund-1', done), {
      row: 24,
      becomes: 'VOIDED (CANCEL)',
      settled: ['refund-1: DONE'],
    });
    expect(paidBack).toMatchObject({ captured: 100, refunded: 100, refunding: 0 });

    for (const [failures, raised] of [
      [0, undefined],
      [4, 'refund_keeps_failing'],
    ] as const) {
      const failed = Array.from({ length: failures }, (_, i) =>
        operation('refund', 'FAILED', { id: `failed-${i}` }),
      );
      const refusal = check(after, [...refunding, ...failed], answered('refund-1', refused('NO_FUNDS')), {
        row: 24,
        becomes: 'VOIDED (CANCEL)',
        settled: ['refund-1: FAILED'],
        added: ['refund 100'],
      });
      expect(refusal.alert).toBe(raised);
    }
  });

  test('row 24: the void of a late authorisation finds it captured: both sides are entered', () => {
    const operations = [operation('authorize', 'DONE'), operation('void', 'PENDING')];
    const { alert } = check(
      payment('CANCELLED', 'CANCEL'),
      operations,
      answered('void-1', refused('ALREADY_CAPTURED')),
      {
        row: 24,
        becomes: 'CANCELLED (CANCEL)',
        settled: ['void-1: FAILED'],
        added: ['capture 100 done', 'refund 100'],
      },
    );
    expect(alert).toBe('late_success');
  });

  test('an abandoned operation is asked about after ever longer pauses, for a day', () => {
    const due = (age: number) => {
      const abandoned = [operation('authorize', 'ABANDONED', { createdAt: secondsAgo(age) })];
      return react(payment('CANCELLED', 'CANCEL'), abandoned, answered('authorize-1', absent)).settled[0]
        ?.dueIn;
    };
    expect([due(10), due(600), due(86_400)]).toEqual([60, 600, null]);
  });
});

describe('in any state', () => {
  test('row 25: an unknown outcome stays open and is asked about after 1 s to 5 min', () => {
    const due = (attempts: number) => {
      const open = [operation('authorize', 'PENDING', { attempts })];
      const reaction = check(payment('NEW', 'AUTHORIZE'), open, answered('authorize-1', unknown), {
        row: 25,
        becomes: 'NEW (AUTHORIZE)',
        settled: ['authorize-1: UNKNOWN'],
      });
      return reaction.settled[0]?.dueIn;
    };
    expect([1, 2, 3, 9, 10, 100].map(due)).toEqual([1, 2, 4, 256, 300, 300]);
  });

  test('row 26: a webhook makes the operation due and changes nothing else', () => {
    const open = [operation('capture', 'UNKNOWN')];
    const { settled } = check(
      payment('AUTHORIZED', 'CAPTURE'),
      open,
      { type: 'Nudged', operationId: 'capture-1' },
      {
        row: 26,
        becomes: 'AUTHORIZED (CAPTURE)',
        settled: ['capture-1: UNKNOWN'],
      },
    );
    expect(settled[0]?.dueIn).toBe(0);
  });

  test('row 27: a confirmation after the cancellation is ignored', () => {
    check(payment('AUTHORIZED', 'CANCEL'), [operation('void', 'PENDING')], confirmed, {
      row: 27,
      becomes: 'AUTHORIZED (CANCEL)',
    });
  });

  test('an answer about a finished operation changes nothing', () => {
    check(payment('CAPTURED', 'CAPTURE'), [operation('capture', 'DONE')], answered('capture-1', done), {
      row: 0,
      becomes: 'CAPTURED (CAPTURE)',
    });
  });

  test.each([requested, confirmed])('$type twice changes nothing', (trigger) => {
    check(payment('AUTHORIZED', 'CAPTURE'), [operation('capture', 'PENDING')], trigger, {
      row: 0,
      becomes: 'AUTHORIZED (CAPTURE)',
    });
  });
});

test('every row of the table is tested above', () => {
  const numbers = Array.from({ length: 28 }, (_, i) => i + 1);
  expect([...new Set(table.map(({ number }) => number))]).toEqual(numbers);
  expect(numbers.filter((number) => !tested.has(number))).toEqual([]);
});
