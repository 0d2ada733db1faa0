import { type GrpcClient, grpcClient } from '@msa-event-market/shared-sdk/grpc';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Auth, contact, startAuth } from '../support/market.js';

let auth: Auth;
let client: GrpcClient<'market.auth.v1.AuthService'>;
let adminToken: string;
beforeAll(async () => {
  auth = await startAuth({ SIGN_IN_ATTEMPTS_PER_ACCOUNT: '3' });
  const { grpc } = await auth.service.start();
  client = grpcClient('market.auth.v1.AuthService', grpc);
  adminToken = await auth.adminToken();
});
afterAll(async () => {
  client.close();
  await auth.stop();
});

const nobody = '0190b8a0-0000-7000-8000-000000000000';
const code = (value: string) => expect.objectContaining({ code: value });
const change = { role: 'ROLE_UNSPECIFIED', ...contact } as const;
const newUser = {
  loginId: 'grace',
  password: 'compiled on paper',
  role: 'ROLE_UNSPECIFIED',
  ...contact,
} as const;

describe('a malformed request is told its wrong field, and leaves nothing behind:', () => {
  type Ask = (id: string, asAdmin: { token: string }) => Promise<unknown>;
  test.each<[string, string, Ask]>([
    ['a sign-up', '/phone', () => client.CreateUser({ ...newUser, phone: 'call me' })],
    ['a login', '/loginId', () => client.LoginToken({ loginId: 'a\0', password: 'b' })],
    ['a login without password', '/password', () => client.LoginToken({ loginId: 'a', password: '' })],
    ['a refresh', '/refreshToken', () => client.RefreshToken({ refreshToken: '' })],
    ['a look at a user', '/id', (_, as) => client.GetUser({ id: '42' }, as)],
    ['a page too long', '/limit', (_, as) => client.ListUser({ limit: 101, offset: 0 }, as)],
    ['a page before the first', '/offset', (_, as) => client.ListUser({ limit: 1, offset: -1 }, as)],
    ['a change of nobody', '/id', (_, as) => client.UpdateUser({ ...change, id: '42', version: 1 }, as)],
    ['a change', '/email', (id, as) => client.UpdateUser({ ...change, id, version: 1, email: 'x' }, as)],
    ['a deletion', '/id', (_, as) => client.DeleteUser({ id: '42' }, as)],
  ])('%s: %s', async (_, pointer, ask) => {
    const { id } = await auth.newcomer();
    const before = await auth.written();
    const refused = await ask(id, { token: adminToken }).catch((error) => error);
    expect(refused).toMatchObject({ code: 'INVALID_REQUEST', fields: [{ pointer }] });
    expect(await auth.written()).toEqual(before);
  });

  test('every field at once', async () => {
    const refused = client.CreateUser({
      ...newUser,
      loginId: '',
      password: 'with\ta tab',
      phone: 'x',
      email: '',
    });
    await expect(refused).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    const { fields } = await refused.catch((error) => error);
    expect(new Set(fields.map(({ pointer }: { pointer: string }) => pointer))).toEqual(
      new Set(['/loginId', '/password', '/phone', '/email']),
    );
  });
});

describe('signing up', () => {
  test('as an admin is for admins to allow', async () => {
    const climber = { ...newUser, loginId: 'climber', role: 'ROLE_ADMIN' } as const;
    const { access } = await auth.newcomer();
    for (const token of ['', access])
      await expect(client.CreateUser(climber, token ? { token } : {})).rejects.toEqual(code('FORBIDDEN'));
    expect(await client.CreateUser(climber, { token: adminToken })).toMatchObject({
      user: { role: 'ROLE_ADMIN' },
    });
  });

  test('gives the user, and no second one of that login id', async () => {
    expect(await client.CreateUser(newUser)).toMatchObject({
      user: { loginId: 'grace', role: 'ROLE_USER', version: 1, ...contact },
    });
    await expect(client.CreateUser(newUser)).rejects.toEqual(code('CONFLICT_USER'));
  });
});

describe('tokens', () => {
  test('are refused for an unknown user and a wrong password alike', async () => {
    const { loginId } = await auth.newcomer();
    for (const who of [loginId, 'nobody-at-all'])
      await expect(client.LoginToken({ loginId: who, password: 'wrong' })).rejects.toMatchObject({
        code: 'UNAUTHORIZED',
        message: 'These credentials are not valid.',
      });
  });

  test('guesses count here too', async () => {
    const { loginId } = await auth.newcomer();
    const guesses = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) => client.LoginToken({ loginId, password: `guess ${n}` })),
    );
    const codes = guesses.map((guess) => guess.status === 'rejected' && guess.reason.code);
    expect(codes.filter((each) => each === 'UNAUTHORIZED')).toHaveLength(3);
    expect(codes.filter((each) => each === 'TOO_MANY_ATTEMPTS')).toHaveLength(17);
  });

  test('are given for a password, traded once, and told about', async () => {
    const { id, loginId, password } = await auth.newcomer();
    const pair = await client.LoginToken({ loginId, password });
    const next = await client.RefreshToken({ refreshToken: pair.refreshToken.token });
    await expect(client.RefreshToken({ refreshToken: pair.refreshToken.token })).rejects.toEqual(
      code('UNAUTHORIZED'),
    );
    expect(await client.IntrospectToken({ token: next.accessToken.token })).toMatchObject({
      active: true,
      userId: id,
      loginId,
      role: 'ROLE_USER',
      expiresAt: next.accessToken.expiresAt,
    });
    expect(await client.IntrospectToken({ token: 'forged' })).toEqual({ active: false });
  });
});

describe('a user', () => {
  test('of another is out of reach, and unknown without a token', async () => {
    const { access } = await auth.newcomer();
    const calls = [
      (token?: string) => client.GetUser({ id: nobody }, { token }),
      (token?: string) => client.DeleteUser({ id: nobody }, { token }),
      (token?: string) => client.UpdateUser({ ...change, id: nobody, version: 1 }, { token }),
      (token?: string) => client.ListUser({ limit: 0, offset: 0 }, { token }),
    ];
    for (const call of calls) {
      await expect(call()).rejects.toEqual(code('UNAUTHORIZED'));
      await expect(call(access)).rejects.toEqual(code('FORBIDDEN'));
    }
  });

  test('does not change the own role, nor the password without the current one', async () => {
    const { id, access } = await auth.newcomer();
    const asMe = { token: access };
    await expect(client.UpdateUser({ ...change, id, version: 1, role: 'ROLE_ADMIN' }, asMe)).rejects.toEqual(
      code('FORBIDDEN'),
    );
    await expect(
      client.UpdateUser({ ...change, id, version: 1, password: 'a new one of mine' }, asMe),
    ).rejects.toMatchObject({ code: 'INVALID_REQUEST', fields: [{ pointer: '/currentPassword' }] });
  });

  test('changes by the version that was read only', async () => {
    const { id, access } = await auth.newcomer();
    const asMe = { token: access };
    const changed = await client.UpdateUser({ ...change, id, version: 1, phone: '010-5555-5555' }, asMe);
    expect(changed).toMatchObject({ user: { version: 2, phone: '010-5555-5555', role: 'ROLE_USER' } });
    await expect(client.UpdateUser({ ...change, id, version: 1 }, asMe)).rejects.toEqual(
      code('PRECONDITION_FAILED'),
    );
    expect(await client.GetUser({ id }, asMe)).toEqual(changed);
  });

  test('is changed, listed and deleted by an admin', async () => {
    const { id } = await auth.newcomer();
    const asAdmin = { token: adminToken };
    const changed = await client.UpdateUser({ ...change, id, version: 1, role: 'ROLE_ADMIN' }, asAdmin);
    expect(changed.user.role).toBe('ROLE_ADMIN');
    const { users, metadata } = await client.ListUser({ limit: 0, offset: 0 }, asAdmin);
    expect(users).toContainEqual(changed.user);
    expect(metadata).toEqual({ limit: 50, offset: 0, total: users.length });
    await client.DeleteUser({ id }, asAdmin);
    await expect(client.GetUser({ id }, asAdmin)).rejects.toEqual(code('NOT_FOUND_USER'));
  });

  test('who was an admin is none by their token, whatever it says', async () => {
    const { id, access } = await auth.deputy();
    const other = await auth.newcomer();
    await client.UpdateUser({ ...change, id, version: 1, role: 'ROLE_USER' }, { token: adminToken });
    const before = await auth.written();
    const asFormer = { token: access };
    const accomplice = { ...newUser, loginId: 'accomplice', role: 'ROLE_ADMIN' } as const;
    for (const call of [
      () => client.UpdateUser({ ...change, id, version: 2, role: 'ROLE_ADMIN' }, asFormer),
      () => client.UpdateUser({ ...change, id: other.id, version: 1, password: 'known to me' }, asFormer),
      () => client.DeleteUser({ id: other.id }, asFormer),
      () => client.CreateUser(accomplice, asFormer),
    ])
      await expect(call()).rejects.toEqual(code('FORBIDDEN'));
    expect(await auth.written()).toEqual(before);
  });

  test('who is an admin changes the own password with the current one only', async () => {
    const { id, access, loginId, password } = await auth.deputy();
    const asMe = { token: access };
    const wanted = { ...change, id, version: 1, password: 'a new one of mine' };
    await expect(client.UpdateUser(wanted, asMe)).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      fields: [{ pointer: '/currentPassword' }],
    });
    const wrong = client.UpdateUser({ ...wanted, currentPassword: 'a guess' }, asMe);
    await expect(wrong).rejects.toEqual(code('WRONG_PASSWORD'));
    expect((await auth.login(loginId, password)).status).toBe(200);
    const changed = await client.UpdateUser({ ...wanted, currentPassword: password }, asMe);
    expect(changed.user).toMatchObject({ role: 'ROLE_ADMIN', version: 2 });
    expect((await auth.login(loginId, wanted.password)).status).toBe(200);
  });
});
