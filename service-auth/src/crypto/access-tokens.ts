import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { AccessTokens } from '../use-cases/ports.js';
import type { SigningKeys } from './signing-keys.js';

export interface AccessTokenOptions {
  issuer: string;
  seconds: number;
}

/** JWT access tokens (RFC 9068). Nothing revokes one before it expires: keep their life short. */
export const accessTokens = (
  { signing: { key, kid, alg } }: SigningKeys,
  { issuer, seconds }: AccessTokenOptions,
): AccessTokens => ({
  async issue(user, sessionId) {
    const issuedAt = Math.floor(Date.now() / 1000);
    const expiresAt = issuedAt + seconds;
    const token = await new SignJWT({ role: user.role, loginId: user.loginId, sid: sessionId })
      .setProtectedHeader({ alg, kid, typ: 'at+jwt' })
      .setIssuer(issuer)
      .setAudience('market')
      .setSubject(user.id)
      .setIssuedAt(issuedAt)
      .setExpirationTime(expiresAt)
      .setJti(randomUUID())
      .sign(key);
    return { token, issuedAt: new Date(issuedAt * 1000), expiresAt: new Date(expiresAt * 1000) };
  },
});
