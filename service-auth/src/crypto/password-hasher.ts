import { randomBytes } from 'node:crypto';
import { hash, type Options, verify } from '@node-rs/argon2';
import { errors } from '../domain/errors.js';
import type { Passwords } from '../use-cases/ports.js';
import { bounded } from './bounded.js';

/** OWASP's minimum for argon2id, which is the default algorithm: 19 MiB, two passes, one lane. */
const cost: Options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export interface HasherOptions {
  atOnce: number;
  waiting: number;
}

/**
 * Hashing runs on libuv's threads, which DNS and files share, and takes 19 MiB each: hence few at once, and a short
 * queue, since a client that waits longer than it is willing to has cost us the work for nothing. Sign-ups, of which
 * anyone may send as many as they like, wait in a line of their own.
 */
export async function passwordHasher({ atOnce, waiting }: HasherOptions): Promise<Passwords> {
  const line = bounded({ atOnce, waiting, refuse: errors.HASHING_OVERLOADED });
  const [signUps, others] = [line(), line()];
  const nobodys = await hash(randomBytes(32), cost);

  return {
    hash: (password) => others(() => hash(canonical(password), cost)),
    hashAtSignUp: (password) => signUps(() => hash(canonical(password), cost)),
    async verify(stored, password) {
      const right = await others(() => verify(stored ?? nobodys, canonical(password)));
      return right && stored !== undefined;
    },
  };
}

/** An accent may be typed as one character or as two; both are the same password (RFC 8265). */
const canonical = (password: string): string => password.normalize('NFC');
