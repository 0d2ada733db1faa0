import { describe, expect, test } from 'vitest';
import { loginIdShape, loginKey } from '../../src/domain/login-id.js';

describe('a login id', () => {
  test.each([
    '',
    '-alice',
    'alice-',
    'al ice',
    'a..b',
    'аlice' /* Cyrillic а */,
    'alice\n',
    'ali\0ce',
    'a@b',
  ])('is not %j', (loginId) => expect(loginIdShape.test(loginId)).toBe(false));
  test.each(['alice', 'Alice1', 'a.b-c_d', '42'])('may be %j', (loginId) => {
    expect(loginIdShape.test(loginId)).toBe(true);
  });
});

test('letters of either case make the same account', () => {
  expect(loginKey('Alice.I')).toBe(loginKey('aLICE.i'));
});
