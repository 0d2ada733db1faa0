import { createHash, randomBytes } from 'node:crypto';

/**
 * 256 random bits that mean nothing by themselves; the prefix lets secret scanners find a leaked one. Only the hash
 * is stored, so a copy of the database signs nobody in. A fast hash will do: random bits cannot be guessed.
 */
export function makeRefreshToken(): { token: string; hash: Buffer } {
  const token = `market_rt_${randomBytes(32).toString('base64url')}`;
  return { token, hash: hashOf(token) };
}

export const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();
