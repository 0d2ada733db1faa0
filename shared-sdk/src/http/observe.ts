import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../errors/index.js';
import type { Logger } from '../logging/index.js';
import { histogram } from '../metrics/index.js';
import { extract, startSpan } from '../tracing/index.js';
import type { App } from './app.js';

const goodId = /^[\w.:-]{1,64}$/;

export function requestId({ headers }: { headers: Record<string, string | string[] | undefined> }): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && goodId.test(given) ? given : randomUUID();
}

export const pathOf = (url: string): string => url.split('?', 1)[0] ?? url;

/** A span, an observation and one log line a request; and the ids by which a caller can ask about it. */
export function observe(app: App, logger: Logger): void {
  app.decorateRequest('span', undefined);
  app.decorateRequest('failure', undefined);

  app.addHook('onRequest', (request, reply, done) => begin(request, reply).run(done));

  app.addHook('onResponse', (request, reply, done) => {
    finish(request, reply, logger);
    done();
  });
}

/** Also for requests that Fastify refuses before its hooks. */
export function begin(request: FastifyRequest, reply: FastifyReply) {
  const span = startSpan(
    extract(request.headers),
    `${request.method} ${request.routeOptions.url ?? 'unknown'}`,
    {
      'http.request.method': request.method,
      'http.route': request.routeOptions.url,
      'url.path': pathOf(request.url),
    },
    { kind: 'server', requestId: request.id },
  );
  request.span = span;
  reply.headers({
    'x-request-id': request.id,
    'x-trace-id': span.trace.traceId,
    'x-b3-traceid': span.trace.traceId,
    'x-content-type-options': 'nosniff',
  });
  return span;
}

export function finish(request: FastifyRequest, reply: FastifyReply, logger: Logger): void {
  const status = reply.statusCode;
  observation(request.method, request.routeOptions.url ?? 'unknown', status).observe(
    reply.elapsedTime / 1000,
  );
  writeLine(logger, request, reply);
  request.span?.set({ 'http.response.status_code': status });
  request.span?.end(status >= 500 ? (request.failure ?? `status ${status}`) : undefined);
}

const duration = histogram('http_server_request_duration_seconds', 'Time to answer a request', [
  'method',
  'route',
  'status',
]);
const observations = new Map<string, { observe(seconds: number): void }>();

// Finding the series of three labels costs more than observing; routes and statuses are few, so they are kept.
function observation(method: string, route: string, status: number) {
  const key = `${method} ${route} ${status}`;
  const known = observations.get(key) ?? duration.labels(method, route, String(status));
  observations.set(key, known);
  return known;
}

const unlogged = /^\/(healthz|metrics)(\/|$)/;

function writeLine(logger: Logger, request: FastifyRequest, reply: FastifyReply): void {
  const { method, failure, maybePrincipal, span } = request;
  const status = reply.statusCode;
  const path = pathOf(request.url);
  const line = {
    method,
    path,
    status,
    ms: Math.round(reply.elapsedTime * 10) / 10,
    userId: maybePrincipal?.userId,
    code: (failure as { code?: string } | undefined)?.code,
    // By name, since the response may end outside of the request's context.
    traceId: span?.trace.traceId,
    requestId: request.id,
  };
  if (status >= 500 && !isBackPressure(failure)) logger.error({ ...line, err: failure }, 'request failed');
  else if (unlogged.test(path)) logger.debug(line, 'request');
  else logger.info(line, 'request');
}

/** A 503 that we chose, with nothing behind it: a thousand of these in a second are no errors to look into. */
const isBackPressure = (failure: unknown): boolean =>
  failure instanceof AppError && failure.kind === 'unavailable' && failure.cause === undefined;
