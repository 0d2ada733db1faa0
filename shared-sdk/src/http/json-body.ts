import { isUtf8 } from 'node:buffer';
import type { FastifyRequest } from 'fastify';
import type { App } from './app.js';
import { malformedJson, unsupportedMedia } from './translate-error.js';

/**
 * JSON in UTF-8 and nothing else. Fastify's own parser replaces what is no UTF-8 without a word, also takes
 * text/plain, and refuses the empty body that many clients send with a POST that needs none.
 */
export function parseJsonBodies(app: App): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
    const body = bytes as Buffer;
    // Nobody reads the body of a path that does not exist; the answer is 404, whatever it holds.
    if (request.is404 || body.length === 0) return done(null, undefined);
    if (!isPlainUtf8(request))
      return done(unsupportedMedia('The body must be UTF-8 without a content encoding.'));
    if (!isUtf8(body)) return done(malformedJson());
    if (request.routeOptions.config.rawBody) request.rawBody = body;
    return parse(request, body.toString('utf8'), (error, value) =>
      done(error && malformedJson(error), value),
    );
  });
}

function isPlainUtf8({ headers }: FastifyRequest): boolean {
  const charset = /charset="?([^\s;"]*)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8';
  return /^utf-?8$/i.test(charset) && (headers['content-encoding'] ?? 'identity') === 'identity';
}
