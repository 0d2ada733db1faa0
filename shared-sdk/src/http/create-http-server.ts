import { fastify, LogController } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { TokenVerifier } from '../auth/index.js';
import { type Health, healthStatus } from '../health/index.js';
import type { Logger } from '../logging/index.js';
import { answerBrokenClient, answerErrors, answerUnreadable } from './answer-errors.js';
import type { App, Routes } from './app.js';
import { parseJsonBodies } from './json-body.js';
import { observe, requestId } from './observe.js';
import { type OpenApiInfo, serveOpenApi } from './openapi.js';
import { limitRates, type RateLimit } from './rate-limit.js';
import { refuseUndeclared } from './refuse-undeclared.js';
import { serialize, validateWithZod } from './schema-compilers.js';
import { addPrincipal } from './signed-in.js';

export interface HttpServerOptions {
  logger: Logger;
  openapi: OpenApiInfo;
  routes: Routes[];
  health: Health;
  verifier?: TokenVerifier | undefined;
  /** For every route; without it only routes that ask for it are limited. */
  rateLimit?: RateLimit | undefined;
  /** Addresses or networks of proxies whose X-Forwarded-For is believed; by default nobody's is: anybody may send one. */
  trustedProxies?: string[] | undefined;
}

const bodyLimit = 64 * 1024;

/** The public server of a service, ready to listen or to `inject`. */
export async function createHttpServer({
  logger,
  openapi,
  routes,
  health,
  verifier,
  rateLimit,
  trustedProxies = [],
}: HttpServerOptions): Promise<App> {
  const app = fastify({
    loggerInstance: logger,
    // One line of our own a request; Fastify's two cost a third of the throughput, a child logger each some more.
    logController: new LogController({ disableRequestLogging: true }),
    childLoggerFactory: (parent) => parent,
    genReqId: requestId,
    bodyLimit,
    requestTimeout: 30_000,
    trustProxy: trustedProxies.length > 0 && trustedProxies,
    // While stopping, requests are still answered, and their connection closed behind them.
    return503OnClosing: false,
    frameworkErrors: answerUnreadable(logger),
    clientErrorHandler: answerBrokenClient,
  }).withTypeProvider<ZodTypeProvider>() as unknown as App;

  app.decorate('verifier', verifier);
  app.setValidatorCompiler(validateWithZod as never);
  app.setSerializerCompiler(serialize);
  app.decorateRequest('rawBody', undefined);
  observe(app, logger);
  addPrincipal(app);
  answerErrors(app);
  parseJsonBodies(app);
  refuseUndeclared(app);
  closeConnectionsWhileDraining(app, health);
  await limitRates(app, rateLimit);
  await serveOpenApi(app, openapi);

  app.get('/healthz', { schema: { hide: true } }, async (_request, reply) => {
    const report = await health.all();
    return reply.code(healthStatus(report)).send(report);
  });
  for (const add of routes) await app.register(async (scope) => add(scope as unknown as App));
  await app.ready();
  return app;
}

// A kept-alive connection would otherwise bring its next request to a server that is gone.
function closeConnectionsWhileDraining(app: App, health: Health): void {
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (health.draining()) reply.header('connection', 'close');
    done(null, payload);
  });
}
