import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Limits, signInAttempts } from '../../src/db/sign-in-attempts.js';
import { authDatabase } from '../support/database.js';

let database: Awaited<ReturnType<typeof authDatabase>>;
beforeAll(async () => {
  database = await authDatabase();
});
afterAll(() => database.drop());

const attempts = (limits: Partial<Limits> = {}) =>
  signInAttempts(database.db, {
    perAccount: 5,
    perAddress: 50,
    signUpsPerAddress: 20,
    windowSeconds: 60,
    ...limits,
  });
const tooMany = expect.objectContaining({ code: 'TOO_MANY_ATTEMPTS', kind: 'rate_limited' });

describe('attempts', () => {
  test('of 200 parallel ones at an account, as many get through as are allowed', async () => {
    const { count } = attempts({ perAddress: 1000 });
    const answers = await Promise.allSettled(
      Array.from({ length: 200 }, () => count({ loginId: 'guessed', address: '192.0.2.1' })),
    );
    expect(answers.filter((answer) => answer.status === 'fulfilled')).toHaveLength(5);
    for (const answer of answers) if (answer.status === 'rejected') expect(answer.reason).toEqual(tooMany);
  });

  test('of one address at many accounts are limited too, also when IPv6 spreads them', async () => {
    const { count } = attempts({ perAddress: 3 });
    const from = (n: number) => count({ loginId: `account-${n}`, address: `2001:db8::${n}` });
    for (const n of [1, 2, 3]) await from(n);
    await expect(from(4)).rejects.toEqual(tooMany);
    await expect(count({ loginId: 'account-4', address: '2001:db8:0:1::1' })).resolves.toBeUndefined();
  });

  test('at one account count together, whatever the letters of the login id', async () => {
    const { count } = attempts({ perAccount: 1 });
    await count({ loginId: 'Bob', address: undefined });
    await expect(count({ loginId: 'bOB', address: undefined })).rejects.toEqual(tooMany);
  });

  test('say when to come back, and are allowed again then', async () => {
    const { count } = attempts({ perAccount: 1, windowSeconds: 1 });
    const attempt = { loginId: 'patient', address: undefined };
    await count(attempt);
    await expect(count(attempt)).rejects.toMatchObject({ retryAfterSeconds: 1 });
    await new Promise((resolve) => setTimeout(resolve, 1_050));
    await expect(count(attempt)).resolves.toBeUndefined();
  });

  test('that the account refuses are none of the address: one locked account does not lock all others', async () => {
    const { count } = attempts({ perAccount: 1, perAddress: 3 });
    const from = (loginId: string) => count({ loginId, address: '192.0.2.77' });
    await from('locked');
    for (let n = 0; n < 10; n++) await expect(from('locked')).rejects.toEqual(tooMany);
    await from('another');
    await from('a-third');
    await expect(from('a-fourth')).rejects.toEqual(tooMany);
  });

  test('that the address refuses are none at the account: it locks nobody out', async () => {
    const { count } = attempts({ perAccount: 1, perAddress: 1 });
    await count({ loginId: 'elsewhere', address: '192.0.2.78' });
    await expect(count({ loginId: 'spared', address: '192.0.2.78' })).rejects.toEqual(tooMany);
    await expect(count({ loginId: 'spared', address: '192.0.2.79' })).resolves.toBeUndefined();
  });

  test('taken back do not count', async () => {
    const { count, uncount } = attempts({ perAccount: 1, perAddress: 1 });
    const attempt = { loginId: 'rightful', address: '192.0.2.9' };
    for (let n = 0; n < 3; n++) {
      await count(attempt);
      await uncount(attempt);
    }
  });
});

test('what was typed as a login id cannot be read in the table', async () => {
  await attempts().count({ loginId: 'my-password-by-mistake', address: undefined });
  const { rows } = await database.db.query<{ length: number }>({
    text: 'SELECT DISTINCT length(bucket) FROM sign_in_attempts',
  });
  expect(rows).toEqual([{ length: 32 }]);
});
