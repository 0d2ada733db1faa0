import { errors } from '../domain/errors.js';
import type { Ports, TokenPair } from './ports.js';
import { hashOf, makeRefreshToken } from './refresh-token.js';

/** Trades a refresh token for a new pair. Whatever is wrong with the token, the answer is the same. */
export const refreshSession =
  ({ sessions, accessTokens, log }: Pick<Ports, 'sessions' | 'accessTokens' | 'log'>) =>
  async (refreshToken: string): Promise<TokenPair> => {
    const next = makeRefreshToken();
    const rotation = await sessions.rotate(hashOf(refreshToken), next.hash);
    if (rotation.outcome === 'revoked')
      log.warn({ sessionId: rotation.sessionId }, 'a refresh token was used twice: its session is over');
    if (rotation.outcome !== 'rotated') throw errors.UNAUTHORIZED();

    const { session } = rotation;
    return {
      accessToken: await accessTokens.issue(session.user, session.id),
      refreshToken: { token: next.token, ...session.refreshToken },
    };
  };
