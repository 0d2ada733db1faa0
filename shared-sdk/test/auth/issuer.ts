import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

export const issuer = 'https://auth.market.test';

export const claims = (): JWTPayload => ({
  iss: issuer,
  aud: 'market',
  sub: randomUUID(),
  iat: now(),
  exp: now() + 300,
  jti: randomUUID(),
  role: 'user',
  loginId: 'buyer',
  sid: randomUUID(),
});

export const now = (): number => Math.floor(Date.now() / 1000);

export async function signingKey(kid: string, alg: 'EdDSA' | 'ES256' | 'RS256' = 'EdDSA') {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' };
  const sign = (payload: JWTPayload, header: object = {}) =>
    new SignJWT(payload).setProtectedHeader({ alg, kid, typ: 'at+jwt', ...header }).sign(privateKey);
  return { kid, jwk, publicKey, privateKey, sign };
}

/** An address that serves keys, and can be told to fail. */
export async function jwksServer(keys: object[]) {
  const state = { keys, requests: 0, answer: undefined as undefined | number | 'hang' };
  let server: Server;
  const listen = (port: number) =>
    new Promise<void>((resolve) => {
      server = createServer((_request, response) => {
        state.requests += 1;
        if (state.answer === 'hang') return;
        response.writeHead(state.answer ?? 200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ keys: state.keys }));
      }).listen(port, '127.0.0.1', resolve);
    });
  await listen(0);
  // @ts-expect-error assigned by listen
  const { port } = server.address() as AddressInfo;
  return {
    state,
    url: `http://127.0.0.1:${port}/jwks.json`,
    start: () => listen(port),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
