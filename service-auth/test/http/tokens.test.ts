import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Auth, expectRefused, issuer, startAuth, told } from '../support/market.js';

let auth: Auth;
beforeAll(async () => {
  auth = await startAuth({ SIGN_IN_ATTEMPTS_PER_ADDRESS: '100000' });
});
afterAll(() => auth.stop());

const median = (numbers: number[]) => numbers.sort((a, b) => a - b)[numbers.length >> 1] as number;

describe('a login is refused', () => {
  test.each([
    ['without credentials', {}],
    ['with a bearer token', { authorization: 'Bearer abc' }],
    ['with broken credentials', { authorization: 'Basic ***' }],
    ['with NUL in the login id', { authorization: `Basic ${Buffer.from('a\0:b').toString('base64')}` }],
  ])('%s, and asks for HTTP Basic', async (_, headers) => {
    const answer = await auth.call('POST', '/v1/tokens/login', { headers });
    expect(answer).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Basic realm="market", charset="UTF-8"' },
      body: { code: 'UNAUTHORIZED' },
    });
  });

  test('in the same words for an unknown user, a deleted one and a wrong password', async () => {
    const known = await auth.newcomer();
    const deleted = await auth.newcomer();
    await auth.call('DELETE', '/v1/users/me', { token: deleted.access });
    const [wrong, ...others] = await Promise.all([
      auth.login(known.loginId, 'a wrong password'),
      auth.login('somebody-unknown', 'a wrong password'),
      auth.login(deleted.loginId, deleted.password),
      auth.login('', ''),
      auth.login('x'.repeat(500), 'y'.repeat(500)),
    ]);
    expect(wrong?.status).toBe(401);
    for (const other of others) expect(told(other)).toEqual(told(wrong as never));
  });

  test('in the same time for an unknown user and a wrong password', async () => {
    const known: string[] = [];
    for (let n = 0; n < 6; n++) known.push((await auth.newcomer()).loginId);
    // Time of the processor, most of which is hashing: by the clock, other work on a busy machine makes it 25 % either way.
    const time = async (loginId: string) => {
      const before = process.cpuUsage();
      expect((await auth.login(loginId, 'a wrong password')).status).toBe(401);
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    const [wrong, unknown]: [number[], number[]] = [[], []];
    for (let n = 0; n < 54; n++) {
      const pair = [
        async () => wrong.push(await time(known[n % known.length] as string)),
        async () => unknown.push(await time(`nobody-${n}`)),
      ];
      // Now the one first and now the other, so that what the machine does meanwhile meets both.
      for (const one of n % 2 ? pair.reverse() : pair) await one();
    }
    expect(Math.abs(median(unknown) / median(wrong) - 1)).toBeLessThan(0.15);
  });
});

describe('guessing', () => {
  test('in parallel: of 200 guesses at an account 10 are evaluated, the right one after them is not', async () => {
    const { loginId, password } = await auth.newcomer();
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) => auth.login(loginId, `guess number ${n}`)),
    );
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(190);
    const refused = await auth.login(loginId, password);
    expect(refused).toMatchObject({ status: 429, body: { code: 'TOO_MANY_ATTEMPTS' } });
    const { 'retry-after': seconds, ...headers } = refused.headers;
    expect(Number(seconds)).toBeGreaterThan(0);
    expect(headers).toMatchObject({
      'ratelimit-limit': '10',
      'ratelimit-remaining': '0',
      'ratelimit-reset': seconds,
    });
  });

  test('at an account that does not exist looks the same', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => auth.login('no-such-user', 'guess')));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(10);
  });

  test('is not what an honest user does, however often they sign in', async () => {
    const { loginId, password } = await auth.newcomer();
    for (let n = 0; n < 25; n++) expect((await auth.login(loginId, password)).status).toBe(200);
  });
});

describe('refreshing', () => {
  test.each([
    ['nothing', {}, '/refreshToken'],
    ['a number', { refreshToken: 1 }, '/refreshToken'],
    ['an empty one', { refreshToken: '' }, '/refreshToken'],
    ['a NUL in it', { refreshToken: 'market_rt_\0' }, '/refreshToken'],
    ['a novel', { refreshToken: 'x'.repeat(600) }, '/refreshToken'],
    ['more than asked for', { refreshToken: 'x', role: 'admin' }, '/role'],
  ])('with %s is no request', async (_, body, pointer) => {
    await expectRefused(auth, () => auth.call('POST', '/v1/tokens/refresh', { body }), pointer);
  });

  test('with an invented token or an access token is refused', async () => {
    const { access } = await auth.newcomer();
    for (const token of ['market_rt_invented', access])
      expect(await auth.refresh(token.slice(0, 512))).toMatchObject({
        status: 401,
        body: { code: 'UNAUTHORIZED' },
      });
  });

  test('gives a new pair, and the old refresh token has had its day', async () => {
    const { refresh } = await auth.newcomer();
    const first = await auth.refresh(refresh);
    expect(first).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    const second = first.body.refreshToken.token;
    expect(second).not.toBe(refresh);
    expect((await auth.refresh(refresh)).status).toBe(401);
    // The theft was noticed: the thief's or the owner's newer token does not work either.
    expect((await auth.refresh(second)).status).toBe(401);
  });

  test('50 times at once with one token: one wins, and the session is over', async () => {
    const { refresh } = await auth.newcomer();
    const answers = await Promise.all(Array.from({ length: 50 }, () => auth.refresh(refresh)));
    const winners = answers.filter(({ status }) => status === 200);
    expect(winners).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(49);
    expect((await auth.refresh(winners[0]?.body.refreshToken.token)).status).toBe(401);
  });
});

describe('an access token', () => {
  const verify = async (token: string) => {
    const published = (await auth.call('GET', '/.well-known/jwks.json')).body;
    return jwtVerify(token, createLocalJWKSet(published));
  };

  test('says who, in which session, for whom and for how long', async () => {
    const { id, loginId, access } = await auth.newcomer();
    const { payload } = await verify(access);
    expect(payload).toMatchObject({ iss: issuer, aud: 'market', sub: id, role: 'user', loginId });
    expect(payload.jti).toMatch(/^[\da-f-]{36}$/);
    expect(payload.sid).toMatch(/^[\da-f-]{36}$/);
    expect((payload.exp as number) - (payload.iat as number)).toBe(300);
    expect(decodeProtectedHeader(access)).toEqual({ alg: 'EdDSA', typ: 'at+jwt', kid: auth.signingKey.kid });
  });

  test('stays with its session over refreshes, and is another one each time', async () => {
    const { access, refresh } = await auth.newcomer();
    const before = (await verify(access)).payload;
    const after = (await verify((await auth.refresh(refresh)).body.accessToken.token)).payload;
    expect(after.sid).toBe(before.sid);
    expect(after.jti).not.toBe(before.jti);
  });
});
