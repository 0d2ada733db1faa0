import { createHash } from 'node:crypto';
import { type Database, statement } from '@msa-event-market/shared-sdk/db';
import { addressBlock } from '../domain/address-block.js';
import { errors } from '../domain/errors.js';
import { loginKey } from '../domain/login-id.js';
import type { Attempt, Attempts } from '../use-cases/ports.js';

export interface Limits {
  perAccount: number;
  perAddress: number;
  signUpsPerAddress: number;
  windowSeconds: number;
}

// Returns a row only when there was room: the row lock makes parallel attempts queue up for what is left.
const take = statement(
  'attempts_take',
  `INSERT INTO sign_in_attempts AS a (bucket, counted, until)
   VALUES ($1, 1, now() + make_interval(secs => $2))
   ON CONFLICT (bucket) DO UPDATE SET
     counted = CASE WHEN a.until <= now() THEN 1 ELSE a.counted + 1 END,
     until = CASE WHEN a.until <= now() THEN excluded.until ELSE a.until END
   WHERE a.until <= now() OR a.counted < $3
   RETURNING 1`,
);
const untilFree = statement<{ seconds: number }>(
  'attempts_until_free',
  'SELECT ceil(extract(epoch FROM until - now()))::int AS seconds FROM sign_in_attempts WHERE bucket = $1',
);
const giveBack = statement(
  'attempts_give_back',
  `UPDATE sign_in_attempts SET counted = counted - 1 WHERE bucket = $1 AND counted > 0 AND until > now()`,
);

/** Counted in the database, so that the limits hold over all replicas. */
export function signInAttempts(
  db: Database,
  { perAccount, perAddress, signUpsPerAddress, windowSeconds }: Limits,
): Attempts {
  async function takeFrom(bucket: Buffer, limit: number) {
    const { rowCount } = await db.query(take([bucket, windowSeconds, limit]));
    if (rowCount > 0) return;
    const seconds = (await db.query(untilFree([bucket]))).rows[0]?.seconds ?? 0;
    throw errors.TOO_MANY_ATTEMPTS(limit, Math.max(1, seconds));
  }

  async function giveBackTo(bucket: Buffer | undefined) {
    if (bucket) await db.query(giveBack([bucket]));
  }

  return {
    async count(attempt) {
      const { account, address } = bucketsOf(attempt);
      if (address) await takeFrom(address, perAddress);
      // In this order and given back: taken first, the account would for moments be locked by whoever has no attempts left.
      await takeFrom(account, perAccount).catch(async (error) => {
        await giveBackTo(address);
        throw error;
      });
    },
    async uncount(attempt) {
      const { account, address } = bucketsOf(attempt);
      await Promise.all([giveBackTo(account), giveBackTo(address)]);
    },
    async countSignUp(address) {
      if (address) await takeFrom(hash(`sign-up ${addressBlock(address)}`), signUpsPerAddress);
    },
  };
}

const bucketsOf = ({ loginId, address }: Attempt) => ({
  account: hash(`account ${loginKey(loginId)}`),
  address: address ? hash(`address ${addressBlock(address)}`) : undefined,
});

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
