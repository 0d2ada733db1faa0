import { describe, expect, test } from 'vitest';
import { commonPasswords } from '../../src/domain/common-passwords.js';
import { passwordLength, refuseWeakPassword } from '../../src/domain/password.js';

const refused = {
  code: 'WEAK_PASSWORD',
  kind: 'invalid',
  fields: [expect.objectContaining({ pointer: '/password' })],
};

describe('a password is refused', () => {
  test.each([
    ['a common one', 'password123'],
    ['a common one in other letters', 'PassWord123'],
    ['the login id itself', 'alice.liddell'],
    ['the login id in other letters', 'Alice.Liddell'],
    ['one character over and over', 'zzzzzzzzzzzzz'],
    ['two characters over and over', 'abababababab'],
  ])('%s', (_, password) => {
    expect(() => refuseWeakPassword(password, 'alice.liddell')).toThrow(expect.objectContaining(refused));
  });
});

test('a password of any characters passes: length is what counts', () => {
  for (const password of ['correct horse battery', 'пароль-для-рынка', '🍏🍐🍊🍋🍌🍉🍇🍓', 'kx7-mlq2']) {
    expect(() => refuseWeakPassword(password, 'alice')).not.toThrow();
  }
});

test('the list of common passwords holds only what the length rule lets through, in lower case', () => {
  for (const password of commonPasswords) {
    expect(password).toBe(password.toLowerCase());
    expect(password.length).toBeGreaterThanOrEqual(passwordLength.min);
  }
  expect(commonPasswords.size).toBeGreaterThan(500);
});
