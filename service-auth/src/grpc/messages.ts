import type { Role, User } from '../domain/user.js';
import type { Token, TokenPair } from '../use-cases/ports.js';

export const userMessage = ({ role, createdAt, updatedAt, ...user }: User) => ({
  ...user,
  role: roleMessage(role),
  createdAt: createdAt.toISOString(),
  updatedAt: updatedAt.toISOString(),
});

const tokenMessage = ({ token, issuedAt, expiresAt }: Token) => ({
  token,
  issuedAt: issuedAt.toISOString(),
  expiresAt: expiresAt.toISOString(),
});

export const tokensMessage = ({ accessToken, refreshToken }: TokenPair) => ({
  accessToken: tokenMessage(accessToken),
  refreshToken: tokenMessage(refreshToken),
});

export const roleMessage = (role: Role): 'ROLE_ADMIN' | 'ROLE_USER' =>
  role === 'admin' ? 'ROLE_ADMIN' : 'ROLE_USER';

/** Of a role that was left out, undefined. What is no role stays what it is, for the schema to refuse. */
export const roleOf = (message: string): string | undefined => {
  if (message === 'ROLE_UNSPECIFIED') return undefined;
  return message.replace(/^ROLE_/, '').toLowerCase();
};
