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
 * queue, since a client that waits longer than it is willing to has cost us the work for nothing.
 */
export async function passwordHasher({ atOnce, waiting }: HasherOptions): Promise<Passwords> {
  const inTurn = bounded({ atOnce, waiting, refuse: errors.HASHING_OVERLOADED });
  const nobodys = await hash(randomBytes(32), cost);

  return {
    hash: (password) => inTurn(() => hash(canonical(password), cost)),
    async verify(stored, password) {
      const right = await inTurn(() => verify(stored ?? nobodys, canonical(password)));
      return right && stored !== undefined;
    },
  };
}

/** An accent may be typed as one character or as two; both are the same password (RFC 8265). */
const canonical = (password: string): string => password.normalize('NFC');
