import { commonPasswords } from './common-passwords.js';
import { errors } from './errors.js';

export const passwordLength = { min: 8, max: 128 };

/** HTTP Basic carries no control characters (RFC 7617): whoever had one in the password could never sign in. */
export const fitsHttpBasic = (password: string): boolean => !/\p{Cc}/u.test(password);
export const notFitForHttpBasic = 'must not hold control characters';

/** Length and common words are what matters against guessing; rules on character classes are not (NIST SP 800-63B). */
export function refuseWeakPassword(password: string, loginId: string): void {
  const typed = password.toLowerCase();
  if (commonPasswords.has(typed)) throw errors.WEAK_PASSWORD('is one of the most common ones');
  if (typed === loginId.toLowerCase()) throw errors.WEAK_PASSWORD('must not be the login id');
  if (new Set(typed).size < 3) throw errors.WEAK_PASSWORD('repeats the same characters');
}
