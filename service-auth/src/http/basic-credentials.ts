import { errors } from '../domain/errors.js';

// A password may hold colons, a login id may not, and neither holds control characters (RFC 7617).
const parts = /^([^:\p{Cc}]*):([^\p{Cc}]*)$/u;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The login id and password of an `Authorization: Basic …` header, in UTF-8. */
export function basicCredentials(authorization: string | undefined): { loginId: string; password: string } {
  const encoded = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization ?? '')?.[1];
  const [, loginId, password] = parts.exec(decoded(encoded ?? '')) ?? [];
  if (loginId === undefined || password === undefined) throw errors.UNAUTHORIZED();
  return { loginId, password };
}

function decoded(base64: string): string {
  try {
    return utf8.decode(Buffer.from(base64, 'base64'));
  } catch (error) {
    throw errors.UNAUTHORIZED(error);
  }
}
