import fc from 'fast-check';
import type { FastifyRequest } from 'fastify';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  bodyHash,
  cursorPage,
  cut,
  encodeCursor,
  etag,
  idempotencyKey,
  ifMatch,
  queryFlag,
  requireVersion,
  str,
  uuid,
} from '../../src/http/index.js';

const withHeader = (name: string, value?: string) =>
  ({ headers: { [name]: value } }) as unknown as FastifyRequest;

describe('str', () => {
  it('takes exactly the texts that PostgreSQL can store', () => {
    const storable = (text: string) => !text.includes('\0') && Buffer.from(text).toString() === text;
    fc.assert(
      fc.property(
        fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((n) => String.fromCharCode(n)) }),
        (text) => {
          expect(str({ min: 0 }).safeParse(text).success).toBe(storable(text));
        },
      ),
      { seed: 3, numRuns: 1000, examples: [['\0'], ['\ud83d\ude00'], ['\ud83d'], ['\ude00\ud83d']] },
    );
  });
});

describe('uuid', () => {
  it('is one id in one spelling', () => {
    expect(uuid.parse('0198C0DE-0000-7000-8000-00000000000A')).toBe('0198c0de-0000-7000-8000-00000000000a');
    expect(uuid.safeParse('0198c0de00007000800000000000000a').success).toBe(false);
  });
});

describe('queryFlag', () => {
  it.each(['1', 'yes', 'TRUE', ''])('refuses %j', (text) => {
    expect(queryFlag.safeParse(text).success).toBe(false);
  });
  it('reads true and false', () => {
    expect([queryFlag.parse('true'), queryFlag.parse('false')]).toEqual([true, false]);
  });
});

describe('a cursor', () => {
  const position = z.strictObject({ at: z.string(), id: z.int() });
  const query = cursorPage(position);

  it.each([
    '',
    'x',
    '!!!',
    'bnVsbA',
    encodeCursor({ at: 1 }),
    encodeCursor({ at: 'a', id: 1, more: 1 }),
    'a'.repeat(600),
  ])('that the list did not give is refused: %j', (cursor) => {
    expect(query.safeParse({ cursor }).success).toBe(false);
  });

  it('brings back the position it was made of', () => {
    const made = encodeCursor({ at: 'ä', id: 7 });
    expect(query.parse({ cursor: made })).toEqual({ limit: 50, cursor: { at: 'ä', id: 7 } });
  });

  it('is given only when there is a next page', () => {
    const rows = [{ id: 1 }, { id: 2 }, { id: 3 }];
    expect(cut(rows, 3, (row) => row.id)).toEqual({ items: rows, nextCursor: null });
    expect(cut(rows, 2, (row) => row.id)).toEqual({ items: rows.slice(0, 2), nextCursor: encodeCursor(2) });
    expect(cut([], 2, () => 0)).toEqual({ items: [], nextCursor: null });
  });
});

/** A form shows the problem where it is, and a program knows which header to mend. */
const named = (pointer: string, detail: unknown = expect.any(String)) => ({
  fields: [{ in: 'header', pointer, detail }],
});

describe('If-Match', () => {
  it('that is missing is 428', () => {
    expect(() => ifMatch(withHeader('if-match'))).toThrow(
      expect.objectContaining({ kind: 'precondition_required', ...named('/if-match', 'is missing') }),
    );
  });

  it.each(['3', 'W/"3"', '*', '"x"', '"3", "4"', '""', '"99999999999999999999"'])(
    'of %s matches nothing: 412',
    (value) => {
      expect(() => ifMatch(withHeader('if-match', value))).toThrow(
        expect.objectContaining({ kind: 'precondition_failed', ...named('/if-match') }),
      );
    },
  );

  it('names the version that the ETag named', () => {
    expect(ifMatch(withHeader('if-match', etag(3)))).toBe(3);
    const changed = { kind: 'precondition_failed', fields: undefined }; // nothing is wrong with the header
    expect(() => requireVersion(4, 3)).toThrow(expect.objectContaining(changed));
    expect(() => requireVersion(3, 3)).not.toThrow();
  });
});

describe('Idempotency-Key', () => {
  const key = (value?: string) => idempotencyKey(withHeader('idempotency-key', value));

  it('that is missing or empty is named so', () => {
    expect(() => key()).toThrow(
      expect.objectContaining({
        code: 'IDEMPOTENCY_KEY_MISSING',
        kind: 'invalid',
        ...named('/idempotency-key', 'is missing'),
      }),
    );
    expect(() => key('')).toThrow(expect.objectContaining({ code: 'IDEMPOTENCY_KEY_MISSING' }));
  });

  it.each(['a b', '"a', 'a"', 'a,b', 'é', 'x'.repeat(129), '""'])('%j is refused', (value) => {
    expect(() => key(value)).toThrow(
      expect.objectContaining({
        code: 'IDEMPOTENCY_KEY_INVALID',
        kind: 'invalid',
        ...named('/idempotency-key'),
      }),
    );
  });

  it('is the same bare and quoted', () => {
    expect(key('"8e03978e-40d5"')).toBe('8e03978e-40d5');
    expect(key('8e03978e-40d5')).toBe('8e03978e-40d5');
  });
});

describe('bodyHash', () => {
  it('does not depend on the order of fields, and on nothing less than the content', () => {
    const shuffled = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(shuffled)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(
              Object.entries(value)
                .reverse()
                .map(([k, v]) => [k, shuffled(v)]),
            )
          : value;
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        expect(bodyHash(shuffled(one))).toBe(bodyHash(one));
        const same = JSON.stringify(sortKeys(one)) === JSON.stringify(sortKeys(other));
        expect(bodyHash(one) === bodyHash(other)).toBe(same);
      }),
      { seed: 11, numRuns: 500 },
    );
  });

  it('tells lists by their order', () => {
    expect(bodyHash([1, 2])).not.toBe(bodyHash([2, 1]));
    expect(bodyHash(undefined)).toMatch(/^[\da-f]{64}$/);
  });
});

const sortKeys = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(sortKeys)
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.keys(value)
            .sort()
            .map((k) => [k, sortKeys((value as Record<string, unknown>)[k])]),
        )
      : value;
