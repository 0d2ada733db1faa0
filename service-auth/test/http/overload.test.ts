import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Auth, contact, startAuth } from '../support/market.js';

let auth: Auth;
beforeAll(async () => {
  auth = await startAuth({
    PASSWORD_HASHES_AT_ONCE: '1',
    PASSWORD_HASHES_WAITING: '2',
    SIGN_UPS_PER_ADDRESS: '1000000',
  });
});
afterAll(() => auth.stop());

const signUp = (loginId: string) =>
  auth.call('POST', '/v1/users', { body: { loginId, password: 'a long password', ...contact } });

test('passwords beyond the queue are refused at once, and their attempts not counted', async () => {
  const { loginId, password } = await auth.newcomer();
  const answers = await Promise.all(Array.from({ length: 30 }, () => auth.login(loginId, password)));
  const refused = answers.filter(({ status }) => status === 503);
  expect(refused.length).toBeGreaterThan(0);
  for (const { body, headers } of refused) {
    expect(body.code).toBe('HASHING_OVERLOADED');
    expect(headers['retry-after']).toBe('1');
  }
  expect((await auth.login(loginId, password)).status).toBe(200);
});

test('a crowd at sign-up keeps nobody from signing in, nor from a new password', async () => {
  const me = await auth.newcomer();
  const statuses = new Set<number>();
  let going = true;
  const crowd = Array.from({ length: 10 }, async (_, n) => {
    for (let again = 0; going; again++) {
      statuses.add((await signUp(`crowd-${n}-${again}`)).status);
      await sleep(5);
    }
  });
  try {
    for (let n = 0; n < 5; n++) expect((await auth.login(me.loginId, me.password)).status).toBe(200);
    const changed = await auth.call('PUT', '/v1/users/me', {
      token: me.access,
      body: { ...contact, password: 'a better password', currentPassword: me.password },
      headers: { 'if-match': me.etag },
    });
    expect(changed.status).toBe(200);
  } finally {
    going = false;
    await Promise.all(crowd);
  }
  expect(statuses).toEqual(new Set([201, 503]));
});

test('other requests are answered meanwhile: hashing does not hold the event loop', async () => {
  const signUps = Array.from({ length: 3 }, (_, n) => signUp(`busy-${n}`));
  let done = false;
  const all = Promise.all(signUps).then(() => {
    done = true;
  });
  expect((await auth.call('GET', '/.well-known/jwks.json')).status).toBe(200);
  expect(done).toBe(false);
  await all;
});
