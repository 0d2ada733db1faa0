import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, type JSONWebKeySet, SignJWT } from 'jose';
import { localVerifier, type TokenVerifier } from '../auth/index.js';

export interface TestTokens {
  issuer: string;
  jwks: JSONWebKeySet;
  verifier: TokenVerifier;
  /** An access token as service-auth signs it, valid for five minutes. */
  token(of?: { userId?: string; role?: 'user' | 'admin'; loginId?: string }): Promise<string>;
}

/** An issuer in the test's own process. */
export async function testTokens(issuer = 'http://issuer.test'): Promise<TestTokens> {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA');
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'test', alg: 'EdDSA', use: 'sig' }] };
  return {
    issuer,
    jwks,
    verifier: localVerifier(jwks, issuer),
    token: ({ userId = randomUUID(), role = 'user', loginId = 'someone' } = {}) =>
      new SignJWT({ role, loginId, sid: randomUUID() })
        .setProtectedHeader({ alg: 'EdDSA', kid: 'test', typ: 'at+jwt' })
        .setIssuer(issuer)
        .setAudience('market')
        .setSubject(userId)
        .setJti(randomUUID())
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(privateKey),
  };
}
