import type { App } from '@msa-event-market/shared-sdk/http';
import { TooManyAttempts } from '../domain/errors.js';

/** Says beside Retry-After, which every 429 has, which limit was met: in the headers that the SDK's own limits send. */
export function tellLimits(app: App): void {
  app.addHook('onError', async (_request, reply, error) => {
    if (!(error instanceof TooManyAttempts)) return;
    const { limit, retryAfterSeconds } = error;
    reply.headers({
      'ratelimit-limit': limit,
      'ratelimit-remaining': 0,
      'ratelimit-reset': retryAfterSeconds,
    });
  });
}
