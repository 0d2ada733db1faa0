import { outboxOf } from '@msa-event-market/shared-sdk/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Auth, contact, expectRefused, startAuth } from '../support/market.js';

let auth: Auth;
beforeAll(async () => {
  auth = await startAuth();
});
afterAll(() => auth.stop());

const alice = { loginId: 'alice.liddell', password: 'down the rabbit hole', ...contact };
const signUp = (body: unknown, token?: string) => auth.call('POST', '/v1/users', { body, token });

describe('a sign-up is refused and told what is wrong', () => {
  test.each([
    ['a login id that is too short', { loginId: 'al' }, '/loginId'],
    ['a login id that is too long', { loginId: 'a'.repeat(33) }, '/loginId'],
    ['a login id with a space', { loginId: 'al ice' }, '/loginId'],
    ['a login id with NUL', { loginId: 'alice\0' }, '/loginId'],
    ['a login id that is a number', { loginId: 12345 }, '/loginId'],
    ['no login id', { loginId: undefined }, '/loginId'],
    ['a password that is too short', { password: 'kx7-mlq' }, '/password'],
    ['a password that is too long', { password: 'x'.repeat(129) }, '/password'],
    ['a common password', { password: 'Password123' }, '/password'],
    ['the login id as password', { password: 'Alice.Liddell' }, '/password'],
    ['half a surrogate pair', { password: 'long enough \ud800' }, '/password'],
    ['a password with a tab', { password: 'before\tand after' }, '/password'],
    ['a password with a line break', { password: 'before and after\n' }, '/password'],
    ['a password with a control character of Latin-1', { password: 'before\u0085and after' }, '/password'],
    ['no password', { password: undefined }, '/password'],
    ['a phone without digits', { phone: 'call me' }, '/phone'],
    ['a phone that is too short', { phone: '1-2-3' }, '/phone'],
    ['a phone of null', { phone: null }, '/phone'],
    ['an e-mail without a domain', { email: 'alice' }, '/email'],
    ['an e-mail with a line break', { email: 'alice@example.com\nBcc: all@example.com' }, '/email'],
    ['an e-mail that is too long', { email: `${'a'.repeat(250)}@example.com` }, '/email'],
    ['a role that does not exist', { role: 'root' }, '/role'],
    ['an id', { id: '0190b8a0-0000-7000-8000-000000000000' }, '/id'],
    ['a version', { version: 7 }, '/version'],
    ['a password hash', { passwordHash: '$argon2id$' }, '/passwordHash'],
    ['__proto__', JSON.parse('{"constructor": {"role": "admin"}}'), '/constructor'],
  ])('%s', async (_, wrong, pointer) => {
    await expectRefused(auth, () => signUp({ ...alice, ...wrong }), pointer);
  });

  test('everything at once', async () => {
    await expectRefused(auth, () => signUp({ id: 1 }), '/loginId', '/password', '/phone', '/email', '/id');
  });

  test.each([[[]], ['text'], [null]])('a body of %j', async (body) => {
    const headers = { 'content-type': 'application/json' };
    const ask = () => auth.call('POST', '/v1/users', { body: JSON.stringify(body), headers });
    await expectRefused(auth, ask, '');
  });
});

describe('only an admin makes admins', () => {
  test('nobody signs up as one, nor does a user make one', async () => {
    const { access } = await auth.newcomer();
    for (const token of [undefined, access]) {
      const answer = await signUp({ ...alice, loginId: 'climber', role: 'admin' }, token);
      expect(answer).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    }
  });

  test('an admin does', async () => {
    const answer = await signUp({ ...alice, loginId: 'deputy', role: 'admin' }, await auth.adminToken());
    expect(answer).toMatchObject({ status: 201, body: { role: 'admin' } });
  });

  test('a bad token is refused, even though none is needed', async () => {
    expect((await signUp(alice, 'bad')).status).toBe(401);
  });
});

test('a sign-up answers with the user, where it is and its version, and nothing of the password', async () => {
  const answer = await signUp(alice);
  expect(answer).toMatchObject({
    status: 201,
    headers: { location: `/v1/users/${answer.body.id}`, etag: '"1"' },
    body: { loginId: 'alice.liddell', role: 'user', ...contact },
  });
  expect(JSON.stringify(answer)).not.toMatch(/rabbit|argon2/i);
});

test('a login id that is taken is refused, whatever its letters', async () => {
  await signUp({ ...alice, loginId: 'Bob' });
  const answer = await signUp({ ...alice, loginId: 'bOB' });
  expect(answer).toMatchObject({
    status: 409,
    body: { code: 'CONFLICT_USER', errors: [{ pointer: '/loginId' }] },
  });
});

test('nothing of a person but the id and the role travels in an event', async () => {
  const { body } = await signUp({ ...alice, loginId: 'carol' });
  const [event] = (await outboxOf(auth.database.db)).filter(({ key }) => key === body.id);
  expect(event).toMatchObject({ topic: 'user', type: 'UserCreated', version: 1 });
  expect(event?.payload).toEqual({ userId: body.id, role: 'user' });
});
