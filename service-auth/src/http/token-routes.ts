import { problem, type Routes } from '@msa-event-market/shared-sdk/http';
import { errors } from '../domain/errors.js';
import type { Ports } from '../use-cases/ports.js';
import { refreshSession } from '../use-cases/refresh-session.js';
import { signIn } from '../use-cases/sign-in.js';
import { basicCredentials } from './basic-credentials.js';
import { refreshBody, tokenPair, tokenPairView } from './schemas.js';
import { tellLimits } from './tell-limits.js';

const tags = ['tokens'];
const notCached = { 'cache-control': 'no-store' };

/** Login id and password, or a refresh token, against a pair of tokens. */
export const tokenRoutes =
  (ports: Ports): Routes =>
  (app) => {
    tellLimits(app);

    app.post(
      '/v1/tokens/login',
      {
        schema: {
          operationId: 'loginToken',
          summary: 'Sign in with HTTP Basic; unknown user and wrong password are told alike',
          tags,
          security: [{ basic: [] }],
          response: {
            200: tokenPair,
            ...problem('UNAUTHORIZED', errors.TOO_MANY_ATTEMPTS(1, 1), errors.HASHING_OVERLOADED()),
          },
        },
      },
      async (request, reply) => {
        const { loginId, password } = basicCredentials(request.headers.authorization);
        const pair = await signIn(ports)(loginId, password, request.ip);
        return reply.headers(notCached).send(tokenPairView(pair));
      },
    );

    app.post(
      '/v1/tokens/refresh',
      {
        schema: {
          operationId: 'refreshToken',
          summary: 'Trade a refresh token for a new pair; it works once, and using it again ends the session',
          tags,
          security: [],
          body: refreshBody,
          response: { 200: tokenPair, ...problem('UNAUTHORIZED') },
        },
      },
      async (request, reply) => {
        const pair = await refreshSession(ports)(request.body.refreshToken);
        return reply.headers(notCached).send(tokenPairView(pair));
      },
    );
  };
