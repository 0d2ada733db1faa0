import { expect, test } from 'vitest';
import { judge } from '../../src/domain/session.js';

const fresh = { used: false, expired: false, sessionOver: false };

test.each([
  ['an unknown token', undefined, 'refuse'],
  ['a token of a session that is over', { ...fresh, sessionOver: true }, 'refuse'],
  ['a used token of a session that is over', { ...fresh, used: true, sessionOver: true }, 'refuse'],
  ['an expired token', { ...fresh, expired: true }, 'refuse'],
  ['a used token', { ...fresh, used: true }, 'revoke'],
  ['a used token that has expired since', { ...fresh, used: true, expired: true }, 'revoke'],
  ['a fresh token', fresh, 'rotate'],
] as const)('%s: %3$s', (_, token, verdict) => {
  expect(judge(token)).toBe(verdict);
});
