import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { World } from './world.js';

const seed = Number(process.env.SEED ?? 20260101);
const runs = Number(process.env.RUNS ?? 3_000);

/** A story of a payment: how it starts, and a number for each choice that it meets. */
const stories = fc.record({
  cancelFirst: fc.boolean(),
  choices: fc.array(fc.nat(9_999), { minLength: 5, maxLength: 80 }),
});

function tell(story: { cancelFirst: boolean; choices: number[] }, atEachStep: (world: World) => void): World {
  let at = 0;
  const pick = (n: number) => (story.choices[at++] ?? 0) % n;
  const world = new World(pick, story);
  while (at < story.choices.length) {
    world.step();
    atEachStep(world);
  }
  world.rest();
  atEachStep(world);
  return world;
}

const holds = (law: (world: World) => void, atEachStep: (world: World) => void = () => {}) =>
  fc.assert(
    fc.property(stories, (story) => {
      law(tell(story, atEachStep));
    }),
    { seed, numRuns: runs },
  );

const count = (world: World, type: string) =>
  world.messages.filter((message) => message.type === type).length;
const done = (world: World, kind: string) =>
  [...world.book.values()].filter((entry) => entry.kind === kind && entry.outcome === 'done');
const total = (entries: { amount: number }[]) => entries.reduce((sum, { amount }) => sum + amount, 0);

describe('whatever is lost, doubled, late or refused', () => {
  test('captured stays within the amount, refunds within captured, at every step', () => {
    holds(
      () => {},
      ({ payment: p }) => {
        if (!p) return;
        expect(p.captured).toBeLessThanOrEqual(p.amount ?? 0);
        expect(p.refunded + p.refunding).toBeLessThanOrEqual(p.captured);
        expect(Math.min(p.refunded, p.refunding)).toBeGreaterThanOrEqual(0);
      },
    );
  });

  test('there is one authorize, one capture and one void at the most, also in the book of the provider', () => {
    holds((world) => {
      for (const kind of ['authorize', 'capture', 'void']) {
        expect(world.operations.filter((operation) => operation.kind === kind).length).toBeLessThanOrEqual(1);
        expect(done(world, kind).length).toBeLessThanOrEqual(1);
      }
    });
  });

  test('each cancellation gets exactly one PaymentCancelled, and nobody else gets one', () => {
    holds((world) => expect(count(world, 'PaymentCancelled')).toBe(world.cancellings));
  });

  test('after a cancellation the payer has paid nothing and nothing stays authorised', () => {
    holds((world) => {
      if (world.cancellings === 0) return;
      expect(total(done(world, 'capture'))).toBe(total(done(world, 'refund')));
      if (done(world, 'authorize').length > 0) {
        expect(done(world, 'void').length + done(world, 'capture').length).toBeGreaterThan(0);
      }
    });
  });

  test('the ledger and the sums of the payment say what the book of the provider says', () => {
    holds((world) => {
      expect(world.ledger).toEqual({
        captured: total(done(world, 'capture')),
        refunded: total(done(world, 'refund')),
      });
      if (world.payment) expect(world.payment).toMatchObject({ ...world.ledger, refunding: 0 });
    });
  });

  test('the versions of the messages count from 1 without a gap and end at the version of the payment', () => {
    holds((world) => {
      expect(world.messages.map(({ version }) => version)).toEqual(world.messages.map((_, i) => i + 1));
      expect(world.payment?.version ?? 0).toBe(world.messages.length);
    });
  });

  test('what is told of the money is told once', () => {
    holds((world) => {
      for (const type of [
        'PaymentAuthorized',
        'PaymentDeclined',
        'PaymentCaptured',
        'PaymentCaptureFailed',
      ]) {
        expect(count(world, type)).toBeLessThanOrEqual(1);
      }
      const refunds = world.messages.filter(({ type }) => type.startsWith('PaymentRefund'));
      expect(new Set(refunds.map(({ payload }) => payload.refundId)).size).toBe(refunds.length);
    });
  });
});

test('the stories reach every row that they can, and late successes', () => {
  const rows = new Set<number>();
  let lateSuccesses = 0;
  holds((world) => {
    for (const row of world.rows) rows.add(row);
    lateSuccesses += world.lateSuccesses;
  });
  // 17 needs a provider that captures by itself.
  const expected = Array.from({ length: 27 }, (_, i) => i + 1).filter((row) => row !== 17);
  expect(expected.filter((row) => !rows.has(row))).toEqual([]);
  expect(lateSuccesses).toBeGreaterThan(0);
});
