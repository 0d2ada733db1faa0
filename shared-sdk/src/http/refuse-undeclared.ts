import type { preValidationHookHandler } from 'fastify';
import { z } from 'zod';
import type { App } from './app.js';
import { validate } from './schema-compilers.js';

const nothing = z.strictObject({});

/**
 * What a route declares no schema for, Fastify hands on unread: it would be dropped without a word. Here that is
 * refused as an unknown field is. `{}` is no more than nothing, and many clients send it with a POST that needs none.
 */
export function refuseUndeclared(app: App): void {
  app.addHook('onRoute', (route) => {
    const { schema, config } = route;
    // The documentation, and /healthz, which a probe may ask as it likes.
    if (schema?.hide) return;
    const noQuery = !schema?.querystring;
    const noBody = !schema?.body && !config?.rawBody;
    if (!noQuery && !noBody) return;
    const refuse: preValidationHookHandler = ({ query, body }, _reply, done) => {
      const inQuery = noQuery && validate(nothing, query, 'query').error;
      const inBody = noBody && body !== undefined && validate(nothing, body, 'body').error;
      done(inQuery || inBody || undefined);
    };
    route.preValidation = [route.preValidation ?? [], refuse].flat() as never;
  });
}
