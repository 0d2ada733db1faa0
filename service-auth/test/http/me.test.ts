import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Auth, contact, expectRefused, startAuth } from '../support/market.js';

let auth: Auth;
beforeAll(async () => {
  auth = await startAuth({ SIGN_IN_ATTEMPTS_PER_ACCOUNT: '3' });
});
afterAll(() => auth.stop());

type Person = Awaited<ReturnType<Auth['newcomer']>>;
const put = ({ access, etag }: Person, body: unknown) =>
  auth.call('PUT', '/v1/users/me', { token: access, body, headers: { 'if-match': etag } });

describe('I change my account', () => {
  test.each([
    ['my role', { role: 'admin' }, '/role'],
    ['my login id', { loginId: 'other' }, '/loginId'],
    ['my id', { id: '0190b8a0-0000-7000-8000-000000000000' }, '/id'],
    ['my phone away', { phone: undefined }, '/phone'],
    ['my e-mail to something else', { email: 'me@' }, '/email'],
    ['my password without the current one', { password: 'a better password' }, '/currentPassword'],
    [
      'my password to one with a line break',
      { password: 'before\nand after', currentPassword: 'x' },
      '/password',
    ],
    ['my password to a common one', { password: 'iloveyou1', currentPassword: 'x' }, '/password'],
  ])('but not %s', async (_, wrong, pointer) => {
    const me = await auth.newcomer();
    const currentPassword = 'currentPassword' in wrong && { currentPassword: me.password };
    await expectRefused(auth, () => put(me, { ...contact, ...wrong, ...currentPassword }), pointer);
  });

  test('but not without a token or without the version', async () => {
    const { access } = await auth.newcomer();
    expect((await auth.call('PUT', '/v1/users/me', { body: contact })).status).toBe(401);
    expect((await auth.call('PUT', '/v1/users/me', { token: access, body: contact })).status).toBe(428);
  });

  test('and keep my role, my password and my sessions', async () => {
    const me = await auth.newcomer();
    const answer = await put(me, { ...contact, phone: '010-7777-7777' });
    expect(answer).toMatchObject({ status: 200, headers: { etag: '"2"' }, body: { role: 'user' } });
    expect((await auth.refresh(me.refresh)).status).toBe(200);
    expect((await auth.login(me.loginId, me.password)).status).toBe(200);
  });

  test('to what it is, and nothing happens', async () => {
    const me = await auth.newcomer();
    expect(await put(me, contact)).toMatchObject({ status: 200, headers: { etag: me.etag } });
  });
});

describe('a new password', () => {
  const password = 'a better password';

  test('asks for the current one: a stolen access token is not enough', async () => {
    const me = await auth.newcomer();
    expect(await put(me, { ...contact, password, currentPassword: 'a guess' })).toMatchObject({
      status: 403,
      body: { code: 'WRONG_PASSWORD', errors: [{ pointer: '/currentPassword' }] },
    });
    expect((await auth.login(me.loginId, me.password)).status).toBe(200);
  });

  test('cannot be had by guessing the current one', async () => {
    const me = await auth.newcomer();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => put(me, { ...contact, password, currentPassword: `guess ${n}` })),
    );
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(3);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(17);
    for (const { headers } of refused) expect(headers).toMatchObject({ 'ratelimit-limit': '3' });
  });

  test('ends all my sessions, and signs me in from now on', async () => {
    const me = await auth.newcomer();
    const elsewhere = (await auth.login(me.loginId, me.password)).body.refreshToken.token;
    expect((await put(me, { ...contact, password, currentPassword: me.password })).status).toBe(200);
    for (const token of [me.refresh, elsewhere]) expect((await auth.refresh(token)).status).toBe(401);
    expect((await auth.login(me.loginId, me.password)).status).toBe(401);
    expect((await auth.login(me.loginId, password)).status).toBe(200);
  });
});

test('I delete my account, and it is gone', async () => {
  const { access, refresh } = await auth.newcomer();
  expect((await auth.call('DELETE', '/v1/users/me', { token: access })).status).toBe(204);
  expect((await auth.call('GET', '/v1/users/me', { token: access })).status).toBe(404);
  expect((await auth.refresh(refresh)).status).toBe(401);
});
