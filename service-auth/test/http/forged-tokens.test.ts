import { createPublicKey, type KeyObject } from 'node:crypto';
import { exportJWK, generateKeyPair, importJWK, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Auth, issuer, startAuth } from '../support/market.js';

let auth: Auth;
let me: Awaited<ReturnType<Auth['newcomer']>>;
beforeAll(async () => {
  auth = await startAuth();
  me = await auth.newcomer();
});
afterAll(() => auth.stop());

interface Forgery {
  header?: object;
  claims?: JWTPayload;
  key?: KeyObject | Uint8Array | Awaited<ReturnType<typeof importJWK>>;
}

const claims = (): JWTPayload => ({
  iss: issuer,
  aud: 'market',
  sub: me.id,
  role: 'admin',
  loginId: me.loginId,
  jti: 'x',
  iat: Math.floor(Date.now() / 1000),
  exp: Math.floor(Date.now() / 1000) + 300,
});

/** A token that our own key signed, but for what is forged about it. */
async function sign({ header, claims: other, key }: Forgery = {}): Promise<string> {
  const { kid } = auth.signingKey;
  return new SignJWT({ ...claims(), ...other })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid, ...header })
    .sign(key ?? (await importJWK(auth.signingKey, 'EdDSA')));
}
const ask = (token: string) => auth.call('GET', '/v1/users/me', { token });
const ago = (seconds: number) => Math.floor(Date.now() / 1000) - seconds;

test('the forger of these tests would get in with the right key: what follows fails for its forgery alone', async () => {
  expect((await ask(await sign())).status).toBe(200);
});

describe('a token is refused', () => {
  const forgeries: [string, () => Promise<string>][] = [
    ['without signature', async () => new UnsecuredJWT(claims()).encode()],
    [
      'signed with our public key as a shared secret',
      async () => {
        const { d: _, ...open } = auth.signingKey;
        const pem = createPublicKey({ key: open as never, format: 'jwk' }).export({
          type: 'spki',
          format: 'pem',
        });
        return sign({ header: { alg: 'HS256' }, key: Buffer.from(pem) });
      },
    ],
    ['of another key under our name', async () => sign({ key: (await generateKeyPair('EdDSA')).privateKey })],
    [
      'that brings its own key along',
      async () => {
        const { privateKey, publicKey } = await generateKeyPair('EdDSA');
        return sign({ key: privateKey, header: { jwk: await exportJWK(publicKey), kid: 'mine' } });
      },
    ],
    [
      'that says where its key is',
      async () => {
        const { privateKey } = await generateKeyPair('EdDSA');
        return sign({ key: privateKey, header: { jku: 'https://evil.test/jwks.json', kid: 'mine' } });
      },
    ],
    ['whose key name is a path', () => sign({ header: { kid: '../../../../dev/null' } })],
    ['of another type', () => sign({ header: { typ: 'JWT' } })],
    ['of another issuer', () => sign({ claims: { iss: 'https://evil.test' } })],
    ['for another audience', () => sign({ claims: { aud: 'another-market' } })],
    ['that has expired', () => sign({ claims: { iat: ago(600), exp: ago(300) } })],
    ['that never expires', () => sign({ claims: { exp: undefined } })],
    ['that is not valid yet', () => sign({ claims: { nbf: ago(-3600) } })],
    ['of nobody', () => sign({ claims: { sub: undefined } })],
    ['of a role that does not exist', () => sign({ claims: { role: 'root' } })],
    [
      'whose claims were changed after it was signed',
      async () => {
        const [header, , signature] = me.access.split('.');
        const body = Buffer.from(JSON.stringify(claims())).toString('base64url');
        return `${header}.${body}.${signature}`;
      },
    ],
    ['that is a refresh token', async () => me.refresh],
    ['that is empty', async () => ''],
  ];

  test.each(forgeries)('%s', async (_, forge) => {
    const answer = await auth.call('GET', '/v1/users/me', {
      headers: { authorization: `Bearer ${await forge()}` },
    });
    expect(answer).toMatchObject({ status: 401, body: { code: 'UNAUTHORIZED' } });
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer /);
  });
});
