import { expect, test } from 'vitest';
import { passwordHasher } from '../../src/crypto/password-hasher.js';

const hasher = passwordHasher({ atOnce: 2, waiting: 100 });

test('a wrong password and an unknown user are both false', async () => {
  const { hash, verify } = await hasher;
  expect(await verify(await hash('correct horse'), 'battery staple')).toBe(false);
  expect(await verify(undefined, 'correct horse')).toBe(false);
});

test('hashes are argon2id of at least 19 MiB and two passes, salted', async () => {
  const { hash } = await hasher;
  const [one, other] = [await hash('correct horse'), await hash('correct horse')];
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(one).not.toBe(other);
});

test('a letter with an accent is the same however the keyboard composes it', async () => {
  const { hash, verify } = await hasher;
  expect(await verify(await hash('cafe\u0301 au lait'), 'caf\u00e9 au lait')).toBe(true);
});

test('beyond the queue, passwords are refused as overload', async () => {
  const { verify } = await passwordHasher({ atOnce: 1, waiting: 1 });
  const answers = await Promise.allSettled([1, 2, 3].map(() => verify(undefined, 'correct horse')));
  expect(answers.map((answer) => answer.status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  expect(answers[2]).toMatchObject({ reason: { code: 'HASHING_OVERLOADED', retryAfterSeconds: 1 } });
});
