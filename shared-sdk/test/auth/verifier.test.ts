import { randomBytes } from 'node:crypto';
import { exportSPKI, SignJWT, UnsecuredJWT } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { bearerToken, localVerifier, verifier } from '../../src/auth/index.js';
import { claims, issuer, jwksServer, now, signingKey } from './issuer.js';

const key = await signingKey('k1');
const es256 = await signingKey('k2', 'ES256');
const rsa = await signingKey('k3', 'RS256');
const stranger = await signingKey('k1');
const jwks = { keys: [key.jwk, es256.jwk, rsa.jwk] };
const local = localVerifier(jwks, issuer);

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const without = (name: string) => {
  const { [name]: _, ...rest } = claims();
  return rest;
};
const signedPart = async (header: object, payload = claims()) => {
  const [, , signature] = (await key.sign(payload)).split('.');
  return `${part(header)}.${part(payload)}.${signature}`;
};
const hmac = async (secret: string | Uint8Array) =>
  new SignJWT(claims())
    .setProtectedHeader({ alg: 'HS256', kid: 'k1', typ: 'at+jwt' })
    .sign(typeof secret === 'string' ? new TextEncoder().encode(secret) : secret);

const forged: [string, () => Promise<string> | string][] = [
  ['nothing', () => ''],
  ['no token at all', () => 'not.a.token'],
  ['alg none', () => new UnsecuredJWT(claims()).encode()],
  [
    'alg none with typ and kid',
    () => `${part({ alg: 'none', kid: 'k1', typ: 'at+jwt' })}.${part(claims())}.`,
  ],
  ['alg NonE', () => signedPart({ alg: 'NonE', kid: 'k1', typ: 'at+jwt' })],
  ['HS256 with the public key as PEM', async () => hmac(await exportSPKI(key.publicKey))],
  ['HS256 with the public key as JWK', () => hmac(JSON.stringify(key.jwk))],
  ['HS256 with the raw public key', () => hmac(Buffer.from(key.jwk.x as string, 'base64url'))],
  ['RS256 with a key of the set', () => rsa.sign(claims())],
  ['another key under our kid', () => stranger.sign(claims())],
  ['another key, brought along as jku', () => stranger.sign(claims(), { jku: 'http://127.0.0.1:1/keys' })],
  ['another key, brought along as jwk', () => stranger.sign(claims(), { jwk: stranger.jwk })],
  ['another key, brought along as x5u', () => stranger.sign(claims(), { x5u: 'http://127.0.0.1:1/cert' })],
  ['a kid that is a path', () => stranger.sign(claims(), { kid: '../../../../dev/null' })],
  ['a kid that is SQL', () => stranger.sign(claims(), { kid: "' UNION SELECT 'x" })],
  ['a kid that is __proto__', () => stranger.sign(claims(), { kid: '__proto__' })],
  ['a kid that is no text', () => signedPart({ alg: 'EdDSA', kid: { a: 1 }, typ: 'at+jwt' })],
  ['EdDSA in the name of an ES256 key', () => stranger.sign(claims(), { kid: 'k2' })],
  [
    'an unknown critical header',
    () => signedPart({ alg: 'EdDSA', kid: 'k1', typ: 'at+jwt', crit: ['x'], x: 1 }),
  ],
  [
    'a payload changed after signing',
    async () => {
      const [header, , signature] = (await key.sign(claims())).split('.');
      return `${header}.${part({ ...claims(), role: 'admin' })}.${signature}`;
    },
  ],
  ['the wrong issuer', () => key.sign({ ...claims(), iss: 'https://evil.test' })],
  ['no issuer', () => key.sign(without('iss'))],
  ['the wrong audience', () => key.sign({ ...claims(), aud: 'bank' })],
  ['no audience', () => key.sign(without('aud'))],
  ['an expired token', () => key.sign({ ...claims(), exp: now() - 1 })],
  ['no expiry', () => key.sign(without('exp'))],
  ['an expiry that is no number', () => key.sign({ ...claims(), exp: 'tomorrow' as never })],
  ['a token for later', () => key.sign({ ...claims(), nbf: now() + 60 })],
  ['an ID token', () => key.sign(claims(), { typ: 'JWT' })],
  ['no typ', () => key.sign(claims(), { typ: undefined })],
  ['no subject', () => key.sign(without('sub'))],
  ['no jti', () => key.sign(without('jti'))],
  ['a role that does not exist', () => key.sign({ ...claims(), role: 'root' })],
  ['a role that is a list', () => key.sign({ ...claims(), role: ['admin'] })],
  ['no login id', () => key.sign(without('loginId'))],
  ['a token of 9 KB', () => key.sign({ ...claims(), padding: 'x'.repeat(9000) })],
  ['a NUL byte', async () => `${await key.sign(claims())}\0`],
];

describe('a forged or unfit token', () => {
  it.each(forged)('is refused: %s', async (_, token) => {
    await expect(local.verify(await token())).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
      kind: 'unauthenticated',
    });
  });

  it('stays refused after the real one was verified and remembered', async () => {
    const token = await key.sign(claims());
    await local.verify(token);
    const [header, , signature] = token.split('.');
    const changed = `${header}.${part({ ...claims(), role: 'admin' })}.${signature}`;
    await expect(local.verify(changed)).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  });

  it('is told why only when it has merely expired', async () => {
    await expect(local.verify(await key.sign({ ...claims(), exp: now() - 1 }))).rejects.toThrow('expired');
    await expect(local.verify(await stranger.sign(claims()))).rejects.toThrow(
      'The access token is not valid.',
    );
  });
});

describe('a good token', () => {
  it.each([
    ['EdDSA', key],
    ['ES256', es256],
  ])('signed with %s names the principal', async (_, signer) => {
    const given = claims();
    await expect(local.verify(await signer.sign(given))).resolves.toEqual({
      userId: given.sub,
      role: 'user',
      loginId: 'buyer',
      sessionId: given.sid,
    });
  });

  it('is refused once it has expired, though it was remembered', async () => {
    const token = await key.sign({ ...claims(), exp: now() + 1 });
    await local.verify(token);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await expect(local.verify(token)).rejects.toThrow('expired');
  });

  it('may name several audiences', async () => {
    await expect(
      local.verify(await key.sign({ ...claims(), aud: ['bank', 'market'] })),
    ).resolves.toBeDefined();
  });
});

describe('keys behind an address', () => {
  let server: Awaited<ReturnType<typeof jwksServer>>;
  afterEach(() => server.stop().catch(() => {}));

  const remote = async (options: object = {}) => {
    server = await jwksServer([key.jwk]);
    return verifier({ issuer, jwksUrl: server.url, cooldownMs: 50, timeoutMs: 200, ...options });
  };

  it.each([500, 404, 'hang'] as const)(
    'that answers %s means 503 for every token, never 401',
    async (answer) => {
      const verify = await remote();
      server.state.answer = answer;
      const unavailable = { code: 'AUTH_UNAVAILABLE', kind: 'unavailable', retryAfterSeconds: 1 };
      await expect(verify.verify(await key.sign(claims()))).rejects.toMatchObject(unavailable);
      await expect(verify.verify(await stranger.sign(claims()))).rejects.toMatchObject(unavailable);
    },
  );

  it('that answers with no keys means 503', async () => {
    const verify = await remote();
    server.state.keys = 'nonsense' as never;
    await expect(verify.verify(await key.sign(claims()))).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('that is down means 503, and 200 when it is back', async () => {
    const verify = await remote();
    await server.stop();
    const token = await key.sign(claims());
    await expect(verify.verify(token)).rejects.toMatchObject({ kind: 'unavailable' });
    await server.start();
    await expect.poll(() => verify.verify(token).catch(() => undefined)).toBeDefined();
  });

  it('that goes down later stops nobody whose key is known', async () => {
    const verify = await remote({ freshMs: 0 });
    await verify.verify(await key.sign(claims()));
    await server.stop();
    await expect(verify.verify(await key.sign(claims()))).resolves.toBeDefined();
    await new Promise((resolve) => setTimeout(resolve, 60));
    await expect(verify.verify(await key.sign(claims()))).resolves.toBeDefined();
  });

  it('are not trusted for ever without hearing of the issuer', async () => {
    const verify = await remote({ freshMs: 0, staleMs: 100 });
    await verify.verify(await key.sign(claims()));
    await server.stop();
    await new Promise((resolve) => setTimeout(resolve, 120));
    await expect(verify.verify(await key.sign(claims()))).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('while they cannot be read, an unknown key is not called forged', async () => {
    const verify = await remote();
    await verify.verify(await key.sign(claims()));
    await server.stop();
    await new Promise((resolve) => setTimeout(resolve, 60));
    const rotated = await signingKey('k9');
    await expect(verify.verify(await rotated.sign(claims()))).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('are fetched when the first token comes, once for all that wait', async () => {
    const verify = await remote();
    expect(server.state.requests).toBe(0);
    await Promise.all(Array.from({ length: 20 }, async () => verify.verify(await key.sign(claims()))));
    expect(server.state.requests).toBe(1);
  });

  it('are asked again for an unknown key, but not for each of a thousand forgeries', async () => {
    const verify = await remote();
    await verify.verify(await key.sign(claims()));
    await new Promise((resolve) => setTimeout(resolve, 60));
    const rotated = await signingKey('k9');
    server.state.keys = [key.jwk, rotated.jwk];
    await expect(verify.verify(await rotated.sign(claims()))).resolves.toBeDefined();
    const before = server.state.requests;
    for (let i = 0; i < 1000; i++) {
      const token = await signedPart({ alg: 'EdDSA', kid: randomBytes(4).toString('hex'), typ: 'at+jwt' });
      await expect(verify.verify(token)).rejects.toMatchObject({ kind: 'unauthenticated' });
    }
    expect(server.state.requests - before).toBeLessThan(100);
  });

  it('when one is withdrawn, its tokens are refused though they were remembered', async () => {
    const verify = await remote();
    const token = await key.sign(claims());
    await verify.verify(token);
    const rotated = await signingKey('k9');
    server.state.keys = [rotated.jwk];
    await new Promise((resolve) => setTimeout(resolve, 60));
    await verify.verify(await rotated.sign(claims()));
    await expect(verify.verify(token)).rejects.toMatchObject({ kind: 'unauthenticated' });
  });

  it('forget the oldest token when too many are remembered', async () => {
    const verify = await remote({ cached: 2 });
    const tokens = await Promise.all([1, 2, 3].map(() => key.sign(claims())));
    for (const token of tokens) await verify.verify(token);
    const again = await Promise.all(tokens.map((token) => verify.verify(token)));
    expect(new Set(again.map((principal) => principal.userId)).size).toBe(3);
  });
});

describe('bearerToken', () => {
  it.each(['', 'Bearer', 'Bearer ', 'Basic dTpw', 'abc', 'Bearer a b', 'Bearer a\0', 'Bearer a,Bearer b'])(
    'refuses %j',
    (header) => {
      expect(() => bearerToken(header)).toThrow('Bearer <access token>');
    },
  );

  it('finds the token, and none without the header', () => {
    expect(bearerToken('Bearer a.b-c_d.e')).toBe('a.b-c_d.e');
    expect(bearerToken('bearer a.b.c')).toBe('a.b.c');
    expect(bearerToken(undefined)).toBeUndefined();
  });
});
