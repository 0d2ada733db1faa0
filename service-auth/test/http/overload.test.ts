import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Auth, contact, startAuth } from '../support/market.js';

let auth: Auth;
beforeAll(async () => {
  auth = await startAuth({ PASSWORD_HASHES_AT_ONCE: '1', PASSWORD_HASHES_WAITING: '2' });
});
afterAll(() => auth.stop());

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

test('other requests are answered meanwhile: hashing does not hold the event loop', async () => {
  const signUps = Array.from({ length: 3 }, (_, n) =>
    auth.call('POST', '/v1/users', {
      body: { loginId: `busy-${n}`, password: 'a long password', ...contact },
    }),
  );
  let done = false;
  const all = Promise.all(signUps).then(() => {
    done = true;
  });
  expect((await auth.call('GET', '/.well-known/jwks.json')).status).toBe(200);
  expect(done).toBe(false);
  await all;
});
