import { commonPasswords } from './common-passwords.js';
import { errors } from './errors.js';

export const passwordLength = { min: 8, max: 128 };

/** HTTP Basic carries no control characters (RFC 7617): whoever had one in the password could never sign in. */
export const fitsHttpBasic = (password: string): boolean => !/\p{Cc}/u.test(password);
export const notFitForHttpBasic = 'must not hold control characters';

export function refuseWeakPassword(password: string, loginId: string): void {
  const weak = weakness(password, loginId);
  if (weak) throw errors.WEAK_PASSWORD(weak);
}

/** Length and common words are what matters against guessing; rules on character classes are not (NIST SP 800-63B). */
export function weakness(password: string, loginId: string | undefined): string | undefined {
  const typed = password.toLowerCase();
  if (commonPasswords.has(typed)) return 'is one of the most common ones';
  if (typed === loginId?.toLowerCase()) return 'must not be the login id';
  if (new Set(typed).size < 3) return 'repeats the same characters';
  return undefined;
}
