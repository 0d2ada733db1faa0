import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { timeOf, uuidv7 } from '../../src/db/index.js';

const seed = 20_260_101;
const moment = fc.integer({ min: 0, max: 2 ** 48 - 1 });

describe('a UUIDv7', () => {
  it('has the form of RFC 9562: version 7, variant 10', () => {
    fc.assert(
      fc.property(moment, (now) => {
        expect(uuidv7(now)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      }),
      { seed },
    );
  });

  it('tells when it was made', () => {
    fc.assert(
      fc.property(moment, (now) => {
        expect(timeOf(uuidv7(now))).toBe(now);
      }),
      { seed },
    );
  });

  it('sorts by time, as a text and so as a uuid', () => {
    fc.assert(
      fc.property(moment, moment, (a, b) => {
        fc.pre(a !== b);
        expect(uuidv7(a) < uuidv7(b)).toBe(a < b);
      }),
      { seed },
    );
  });

  it('is never made twice, not even within a millisecond and beyond one pool of random bytes', () => {
    const ids = Array.from({ length: 5_000 }, () => uuidv7(1_700_000_000_000));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('is told apart from other texts', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uuid({ version: [1, 2, 3, 4, 5, 6, 8] }), fc.string()), (text) => {
        expect(timeOf(text)).toBeUndefined();
      }),
      { seed },
    );
    expect(timeOf(uuidv7().toUpperCase())).toBeUndefined();
    expect(timeOf(`${uuidv7()}0`)).toBeUndefined();
  });
});
