import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import { AppError } from '../errors/index.js';
import { type KeySource, type RemoteKeysOptions, remoteKeys } from './key-source.js';
import { type Principal, type TokenVerifier, unauthorized } from './principal.js';

export interface VerifierOptions extends Omit<RemoteKeysOptions, 'url'> {
  issuer: string;
  jwksUrl: string;
  audience?: string;
  /** Tokens whose verification is remembered until they expire; a verification costs 100 µs. */
  cached?: number;
}

const longestToken = 8192;

/** Verifies access tokens with the keys behind `jwksUrl`. Nothing is fetched until the first token comes. */
export function verifier({ issuer, jwksUrl, audience, cached, ...remote }: VerifierOptions): TokenVerifier {
  return verifyWith(remoteKeys({ url: jwksUrl, ...remote }), issuer, audience, cached);
}

/** Verifies with keys at hand: for the issuer itself, and for tests. */
export function localVerifier(jwks: JSONWebKeySet, issuer: string, audience?: string): TokenVerifier {
  return verifyWith({ getKey: createLocalJWKSet(jwks), revision: () => 0 }, issuer, audience);
}

function verifyWith(keys: KeySource, issuer: string, audience = 'market', cached = 10_000): TokenVerifier {
  const verified = new Map<string, { principal: Principal; expiresAt: number }>();
  let revision = keys.revision();

  async function check(token: string): Promise<Principal> {
    if (token.length > longestToken) throw unauthorized('The access token is too long.');
    const { payload } = await jwtVerify(token, keys.getKey, {
      issuer,
      audience,
      // The header's algorithm chooses among these and nothing else: no `none`, no HMAC with a public key.
      algorithms: ['EdDSA', 'ES256'],
      typ: 'at+jwt',
      requiredClaims: ['sub', 'iat', 'exp', 'jti'],
    }).catch((error) => {
      throw error instanceof AppError ? error : unauthorized(reasonOf(error), error);
    });
    const principal = principalOf(payload);
    remember(token, principal, payload.exp as number);
    return principal;
  }

  function remember(token: string, principal: Principal, exp: number): void {
    if (keys.revision() !== revision) {
      revision = keys.revision();
      verified.clear();
    }
    const [oldest] = verified.keys();
    if (verified.size >= cached && oldest !== undefined) verified.delete(oldest);
    verified.set(token, { principal, expiresAt: exp * 1000 });
  }

  return {
    async verify(token) {
      const hit = keys.revision() === revision ? verified.get(token) : undefined;
      if (!hit) return check(token);
      if (hit.expiresAt > Date.now()) return hit.principal;
      verified.delete(token);
      throw unauthorized('The access token has expired.');
    },
  };
}

function principalOf({ sub, role, loginId, sid }: JWTPayload): Principal {
  const complete = sub && (role === 'user' || role === 'admin') && typeof loginId === 'string';
  if (!complete) throw unauthorized('The access token names no user, role and login id.');
  return Object.freeze({ userId: sub, role, loginId, ...(typeof sid === 'string' && { sessionId: sid }) });
}

// The caller may know that a token has expired, to fetch a new one; of a forged one no detail helps an honest caller.
const reasonOf = (error: unknown): string =>
  error instanceof errors.JWTExpired ? 'The access token has expired.' : 'The access token is not valid.';
