import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../errors/index.js';
import type { Logger } from '../logging/index.js';
import type { App } from './app.js';
import { begin, finish, pathOf } from './observe.js';
import { problemOf, problemType } from './problem.js';
import { translateError } from './translate-error.js';

/** Every refusal and failure as problem+json, also of paths, methods and requests that reach no route. */
export function answerErrors(app: App): void {
  const routes: { method: string; matches: RegExp }[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) routes.push({ method: one, matches: pattern(url) });
  });

  app.setErrorHandler((error, request, reply) =>
    request.is404 ? answerUnrouted(request, reply) : answer(error, request, reply),
  );
  app.setNotFoundHandler(answerUnrouted);

  function answerUnrouted(request: FastifyRequest, reply: FastifyReply) {
    const path = pathOf(request.url);
    const allowed = [
      ...new Set(routes.filter(({ matches }) => matches.test(path)).map(({ method }) => method)),
    ];
    if (allowed.length === 0 || allowed.includes(request.method))
      return answer(new AppError('NOT_FOUND', 'not_found', 'There is nothing at this path.'), request, reply);
    // No kind of its own: only HTTP knows methods.
    const error = new AppError('METHOD_NOT_ALLOWED', 'not_found', `Allowed here: ${allowed.join(', ')}.`);
    reply.header('allow', allowed.join(', '));
    return answer(error, request, reply, { status: 405, title: 'Method not allowed' });
  }
}

export function answer(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  instead: { status?: number; title?: string } = {},
) {
  const known = translateError(error);
  request.failure = known;
  const traceId = request.span?.trace.traceId ?? '';
  const problem = { ...problemOf(known, pathOf(request.url), traceId), ...instead };
  if (problem.status === 401) reply.header('www-authenticate', challenge(request));
  if (known.retryAfterSeconds !== undefined) reply.header('retry-after', Math.ceil(known.retryAfterSeconds));
  // Already text, so that no response schema of the route is asked.
  return reply.code(problem.status).type(problemType).send(JSON.stringify(problem));
}

/** A URL that cannot be decoded meets no hook and no route: its request begins and ends here. */
export const answerUnreadable =
  (logger: Logger) =>
  (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    begin(request, reply);
    answer(error, request, reply);
    finish(request, reply, logger);
  };

/** What is no HTTP at all, or comes too slowly. There is no request yet, hence no trace. */
export function answerBrokenClient(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, title] =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? [408, 'Request Timeout']
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? [431, 'Request Header Fields Too Large']
        : [400, 'Bad Request'];
  const code = title.toUpperCase().replaceAll(' ', '_');
  const problem = {
    type: `urn:msa-event-market:problem:${code}`,
    title,
    status,
    detail: title,
    code,
    message: title,
  };
  const body = JSON.stringify(problem);
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: ${problemType}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  );
}

// The realm is what a browser would show; with `error` a client knows that its token, not its absence, is wrong.
function challenge({ headers, routeOptions }: FastifyRequest): string {
  const schemes = routeOptions.schema?.security?.flatMap((scheme) => Object.keys(scheme)) ?? [];
  if (schemes.includes('basic')) return 'Basic realm="market", charset="UTF-8"';
  return headers.authorization ? 'Bearer realm="market", error="invalid_token"' : 'Bearer realm="market"';
}

/** Only asked when nothing matched: parameters stand for one segment, a star for the rest. */
function pattern(url: string): RegExp {
  const escaped = url.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/:[^/]+/g, '[^/]+').replace(/\*/g, '.*')}$`);
}
