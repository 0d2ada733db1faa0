import { AppError } from '../errors/index.js';

/** Who asks, as the access token says. */
export interface Principal {
  userId: string;
  role: 'user' | 'admin';
  loginId: string;
  sessionId?: string;
}

export interface TokenVerifier {
  /** Throws AppError UNAUTHORIZED for a bad token, AUTH_UNAVAILABLE when the keys cannot be had. */
  verify(token: string): Promise<Principal>;
}

export const unauthorized = (message: string, cause?: unknown): AppError =>
  new AppError('UNAUTHORIZED', 'unauthenticated', message, { cause });

/** The token of `Authorization: Bearer …`; undefined without the header, an error for another scheme. */
export function bearerToken(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined;
  const token = /^Bearer +([\w~+/.-]+=*)$/i.exec(authorization)?.[1];
  if (!token) throw unauthorized('The Authorization header must be: Bearer <access token>.');
  return token;
}
