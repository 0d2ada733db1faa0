import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Auth, contact, expectRefused, startAuth } from '../support/market.js';

let auth: Auth;
let adminToken: string;
beforeAll(async () => {
  auth = await startAuth();
  adminToken = await auth.adminToken();
});
afterAll(() => auth.stop());

const nobody = '0190b8a0-0000-7000-8000-000000000000';
const change = { role: 'user', ...contact };

describe.each([
  ['GET', '/v1/users'],
  ['GET', `/v1/users/${nobody}`],
  ['PUT', `/v1/users/${nobody}`],
  ['DELETE', `/v1/users/${nobody}`],
] as const)('%s %s is for admins', (method, url) => {
  test('not for strangers, nor for users, whatever they send', async () => {
    const { access } = await auth.newcomer();
    expect(await auth.call(method, url)).toMatchObject({ status: 401 });
    expect(await auth.call(method, url, { token: access })).toMatchObject({ status: 403 });
  });
});

test.each(['GET', 'PUT', 'DELETE'] as const)('%s of an id that is none is told so', async (method) => {
  const body = method === 'PUT' ? change : undefined;
  const headers = { 'if-match': '"1"' };
  for (const id of ['42', 'me%00', nobody.slice(1), `${nobody}0`])
    await expectRefused(
      auth,
      () => auth.call(method, `/v1/users/${id}`, { token: adminToken, body, headers }),
      '/id',
    );
});

describe('the list of users', () => {
  test.each([
    ['limit=0', '/limit'],
    ['limit=101', '/limit'],
    ['limit=ten', '/limit'],
    ['offset=-1', '/offset'],
    ['role=admin', '/role'],
  ])('does not know ?%s', async (query, pointer) => {
    const ask = () => auth.call('GET', `/v1/users?${query}`, { token: adminToken });
    await expectRefused(auth, ask, pointer);
  });

  test('comes in pages, the oldest first, without the deleted', async () => {
    const people = [await auth.newcomer(), await auth.newcomer(), await auth.newcomer()];
    const gone = await auth.newcomer();
    await auth.call('DELETE', `/v1/users/${gone.id}`, { token: adminToken });
    const all = (await auth.call('GET', '/v1/users', { token: adminToken })).body;
    expect(all.metadata).toEqual({ limit: 50, offset: 0, total: all.users.length });
    const ids = all.users.map(({ id }: { id: string }) => id);
    expect(ids.slice(-3)).toEqual(people.map(({ id }) => id));
    const second = (await auth.call('GET', '/v1/users?limit=1&offset=1', { token: adminToken })).body;
    expect(second.users).toEqual([all.users[1]]);
    expect(second.metadata).toEqual({ limit: 1, offset: 1, total: all.users.length });
  });
});

describe('an admin changes a user', () => {
  const put = (id: string, body: unknown, headers: Record<string, string> = {}) =>
    auth.call('PUT', `/v1/users/${id}`, { token: adminToken, body, headers });

  test('not without saying which version', async () => {
    const { id } = await auth.newcomer();
    expect(await put(id, change)).toMatchObject({ status: 428, body: { code: 'PRECONDITION_REQUIRED' } });
  });

  test('not by an older version', async () => {
    const { id, etag } = await auth.newcomer();
    await put(id, { ...change, phone: '010-0000-0000' }, { 'if-match': etag });
    expect(await put(id, change, { 'if-match': etag })).toMatchObject({
      status: 412,
      body: { code: 'PRECONDITION_FAILED' },
    });
  });

  test.each([
    ['the login id', { loginId: 'other' }, '/loginId'],
    ['a wrong role', { role: 'owner' }, '/role'],
    ['no role', { role: undefined }, '/role'],
    ['no phone', { phone: undefined }, '/phone'],
    ['no e-mail', { email: undefined }, '/email'],
    ['the id', { id: nobody }, '/id'],
    ['the version', { version: 2 }, '/version'],
    ['a wrong phone', { phone: 'x' }, '/phone'],
    ['a wrong e-mail', { email: 'x' }, '/email'],
    ['a password with a tab', { password: 'before\tand after' }, '/password'],
    ['a common password', { password: 'password1' }, '/password'],
  ])('not %s', async (_, wrong, pointer) => {
    const { id, etag } = await auth.newcomer();
    await expectRefused(auth, () => put(id, { ...change, ...wrong }, { 'if-match': etag }), pointer);
  });

  test('not by what is no ETag of ours', async () => {
    const { id } = await auth.newcomer();
    const before = await auth.written();
    for (const etag of ['1', 'W/"1"', '"one"', '*', '"1", "2"'])
      expect(await put(id, { ...change, phone: '010-0000-0000' }, { 'if-match': etag })).toMatchObject({
        status: 412,
        body: { code: 'PRECONDITION_FAILED' },
      });
    expect(await auth.written()).toEqual(before);
  });

  test('that is not there: 404', async () => {
    expect(await put(nobody, change, { 'if-match': '"1"' })).toMatchObject({
      status: 404,
      body: { code: 'NOT_FOUND_USER' },
    });
  });

  test('and the next version is the answer', async () => {
    const { id, etag } = await auth.newcomer();
    const answer = await put(id, { ...change, phone: '010-9999-9999' }, { 'if-match': etag });
    expect(answer).toMatchObject({ status: 200, headers: { etag: '"2"' }, body: { phone: '010-9999-9999' } });
    expect((await auth.call('GET', `/v1/users/${id}`, { token: adminToken })).body).toEqual(answer.body);
  });

  test('and a new role ends the sessions, since their tokens tell the old one', async () => {
    const { id, etag, refresh } = await auth.newcomer();
    await put(id, { ...change, role: 'admin' }, { 'if-match': etag });
    expect((await auth.refresh(refresh)).status).toBe(401);
  });

  test('not their own password without the current one: a stolen token is not enough', async () => {
    const { id, etag, access, loginId, password } = await auth.deputy();
    const answer = await auth.call('PUT', `/v1/users/${id}`, {
      token: access,
      body: { ...change, role: 'admin', password: 'a password of the thief' },
      headers: { 'if-match': etag },
    });
    expect(answer).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    expect((await auth.login(loginId, password)).status).toBe(200);
  });

  test('and a new password replaces the old one', async () => {
    const { id, etag, loginId, password, refresh } = await auth.newcomer();
    await put(id, { ...change, password: 'given by the admin' }, { 'if-match': etag });
    expect((await auth.refresh(refresh)).status).toBe(401);
    expect((await auth.login(loginId, password)).status).toBe(401);
    expect((await auth.login(loginId, 'given by the admin')).status).toBe(200);
  });
});

test('a deleted user is gone: no account, no sign-in, no refresh, and the login id stays taken', async () => {
  const { id, loginId, password, refresh, access } = await auth.newcomer();
  const url = `/v1/users/${id}`;
  expect((await auth.call('DELETE', url, { token: adminToken })).status).toBe(204);
  expect((await auth.call('DELETE', url, { token: adminToken })).status).toBe(404);
  expect((await auth.call('GET', url, { token: adminToken })).status).toBe(404);
  expect((await auth.call('GET', '/v1/users/me', { token: access })).status).toBe(404);
  expect((await auth.login(loginId, password)).status).toBe(401);
  expect((await auth.refresh(refresh)).status).toBe(401);
  const again = await auth.call('POST', '/v1/users', { body: { loginId, password, ...contact } });
  expect(again.status).toBe(409);
});

test('the last admin can neither be deleted nor made a user', async () => {
  const { id } = (await auth.call('GET', '/v1/users/me', { token: adminToken })).body;
  const admins = (await auth.call('GET', '/v1/users?limit=100', { token: adminToken })).body.users.filter(
    (user: { role: string; id: string }) => user.role === 'admin' && user.id !== id,
  );
  for (const other of admins) await auth.call('DELETE', `/v1/users/${other.id}`, { token: adminToken });

  const lastAdmin = { status: 409, body: { code: 'LAST_ADMIN' } };
  expect(await auth.call('DELETE', `/v1/users/${id}`, { token: adminToken })).toMatchObject(lastAdmin);
  expect(await auth.call('DELETE', '/v1/users/me', { token: adminToken })).toMatchObject(lastAdmin);
  const demoted = await auth.call('PUT', `/v1/users/${id}`, {
    token: adminToken,
    body: change,
    headers: { 'if-match': '"1"' },
  });
  expect(demoted).toMatchObject(lastAdmin);
});
