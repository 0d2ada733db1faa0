import rateLimit from '@fastify/rate-limit';
import { AppError } from '../errors/index.js';
import type { App } from './app.js';

export interface RateLimit {
  max: number;
  seconds: number;
}

/**
 * Counts per caller (the user, or the address of who is not signed in) and per process. Behind a proxy that is not among
 * `trustedProxies` all who are not signed in are one caller. Off unless the service or a route asks for it:
 * `config: { rateLimit: { max: 10, timeWindow: 60_000 } }`.
 */
export async function limitRates(app: App, forAll: RateLimit | undefined): Promise<void> {
  await app.register(rateLimit, {
    global: forAll !== undefined,
    ...(forAll && { max: forAll.max, timeWindow: forAll.seconds * 1000 }),
    // Behind the guards, which run on request.
    hook: 'preParsing',
    keyGenerator: (request) => request.maybePrincipal?.userId ?? request.ip,
    enableDraftSpec: true,
    errorResponseBuilder: (_request, { ttl }) =>
      new AppError('TOO_MANY_REQUESTS', 'rate_limited', 'Too many requests, wait a little.', {
        retryAfterSeconds: Math.ceil(ttl / 1000),
      }),
  });
}
