import { commonPasswords } from './common-passwords.js';
import { errors } from './errors.js';

export const passwordLength = { min: 8, max: 128 };

/** Length and common words are what matters against guessing; rules on character classes are not (NIST SP 800-63B). */
export function refuseWeakPassword(password: string, loginId: string): void {
  const typed = password.toLowerCase();
  if (commonPasswords.has(typed)) throw errors.WEAK_PASSWORD('is one of the most common ones');
  if (typed === loginId.toLowerCase()) throw errors.WEAK_PASSWORD('must not be the login id');
  if (new Set(typed).size < 3) throw errors.WEAK_PASSWORD('repeats the same characters');
}
