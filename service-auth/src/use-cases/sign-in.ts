import { errors } from '../domain/errors.js';
import { guarded } from './guarded-attempt.js';
import type { Ports, TokenPair } from './ports.js';
import { makeRefreshToken } from './refresh-token.js';

/** An unknown login id and a wrong password take the same path: the same queries, one verification, one answer. */
export const signIn =
  ({ users, sessions, passwords, attempts, accessTokens }: Ports) =>
  async (loginId: string, password: string, address: string | undefined): Promise<TokenPair> => {
    const known = await guarded(attempts, { loginId, address }, async () => {
      const credentials = await users.credentialsOf(loginId);
      const right = await passwords.verify(credentials?.passwordHash, password);
      return right && credentials;
    });
    if (!known) throw errors.UNAUTHORIZED();

    const refresh = makeRefreshToken();
    const session = await sessions.open(known, refresh.hash);
    if (!session) throw errors.UNAUTHORIZED();
    return {
      accessToken: await accessTokens.issue(session.user, session.id),
      refreshToken: { token: refresh.token, ...session.refreshToken },
    };
  };
