import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { basicCredentials } from '../../src/http/basic-credentials.js';

const header = (text: string | Buffer) => `Basic ${Buffer.from(text).toString('base64')}`;

describe('credentials are refused', () => {
  test.each([
    ['without a header', undefined],
    ['of another scheme', 'Bearer abc'],
    ['that are no base64', 'Basic a*b'],
    ['without a colon', header('alice')],
    ['that are no UTF-8', header(Buffer.from([0x61, 0x3a, 0xff, 0xfe]))],
    ['with a NUL in the login id', header('ali\0ce:password')],
    ['with a line break in the password', header('alice:pass\nword')],
  ])('%s', (_, value) => {
    expect(() => basicCredentials(value)).toThrow(expect.objectContaining({ code: 'UNAUTHORIZED' }));
  });
});

test('the scheme is read in any case', () => {
  const value = header('alice:password').replace('Basic', 'bASIC');
  expect(basicCredentials(value)).toEqual({ loginId: 'alice', password: 'password' });
});

test('any printable password comes through, colons and all', () => {
  const printable = fc.string({ unit: 'grapheme' }).filter((text) => !/\p{Cc}/u.test(text));
  fc.assert(
    fc.property(printable, (password) => {
      expect(basicCredentials(header(`alice:${password}`))).toEqual({ loginId: 'alice', password });
    }),
    { seed: 20_002, numRuns: 300 },
  );
});
