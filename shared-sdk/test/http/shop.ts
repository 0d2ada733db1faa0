import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { z } from 'zod';
import { AppError } from '../../src/errors/index.js';
import { createHealth } from '../../src/health/index.js';
import {
  createHttpServer,
  etag,
  type HttpServerOptions,
  hot,
  idempotencyKey,
  ifMatch,
  maybeSignedIn,
  money,
  page,
  problem,
  type Routes,
  requireVersion,
  signedIn,
  signedInAs,
  str,
  uuid,
} from '../../src/http/index.js';
import { createLogger } from '../../src/logging/index.js';
import { testTokens } from '../../src/testing/tokens.js';
import { currentTrace } from '../../src/tracing/index.js';

const product = z.object({ id: uuid, name: z.string(), price: money });
const orderNotFound = () => new AppError('NOT_FOUND_ORDER', 'not_found', 'There is no such order.');

export const id = '0198c0de-0000-7000-8000-000000000001';

/** A few routes with everything that a service's routes have. */
const routes: Routes = (app) => {
  app.post(
    '/v1/products',
    {
      schema: {
        operationId: 'createProduct',
        summary: 'Adds a product',
        tags: ['product'],
        body: z
          .strictObject({
            name: str({ max: 40 }),
            price: money,
            quantity: z.int().min(0).max(1_000_000),
            tags: z.array(str()).max(3).optional(),
            attributes: z.record(z.string(), z.unknown()).optional(),
          })
          .meta({ examples: [{ name: 'Tea', price: { amount: 450, currency: 'EUR' }, quantity: 3 }] }),
        response: { 201: product, ...problem({ CONFLICT_PRODUCT: 'exists' }) },
      },
    },
    async (request, reply) =>
      reply.code(201).send({ id, name: request.body.name, price: request.body.price, secret: 'x' } as never),
  );
  app.get(
    '/v1/products',
    { schema: { querystring: page, response: { 200: z.object({ limit: z.int(), offset: z.int() }) } } },
    async ({ query }) => query,
  );
  app.get(
    '/v1/products/:id',
    {
      schema: { operationId: 'getProduct', params: z.strictObject({ id: uuid }), response: { 200: product } },
    },
    async ({ params }, reply) => {
      if (params.id !== id) throw new AppError('NOT_FOUND_PRODUCT', 'not_found', 'There is no such product.');
      return reply.header('etag', etag(3)).send({ id, name: 'Tea', price: { amount: 450, currency: 'EUR' } });
    },
  );
  const preconditions = problem('PRECONDITION_REQUIRED', 'PRECONDITION_FAILED');
  app.put(
    '/v1/products/:id',
    { schema: { params: z.strictObject({ id: uuid }), response: preconditions } },
    async (request) => {
      requireVersion(3, ifMatch(request));
      return {};
    },
  );
  app.post(
    '/v1/orders',
    {
      preHandler: signedIn,
      schema: { body: z.strictObject({ productId: uuid }), response: problem('IDEMPOTENCY_KEY_MISSING') },
    },
    async (r) => ({
      by: r.principal.userId,
      key: idempotencyKey(r),
      trace: currentTrace(),
    }),
  );
  app.post(
    '/v1/orders/:id/cancel',
    { preHandler: signedIn, schema: { operationId: 'cancelOrder', response: problem(orderNotFound()) } },
    async () => {
      throw orderNotFound();
    },
  );
  app.get('/v1/admin', { preHandler: signedInAs('admin') }, async (request) => ({
    role: request.principal.role,
  }));
  app.get('/v1/maybe', { preHandler: maybeSignedIn }, async (request) => ({
    user: request.maybePrincipal?.userId ?? null,
  }));
  app.get('/v1/unguarded', async (request) => ({ user: request.principal.userId }));
  app.get('/v1/limited', { config: { rateLimit: { max: 2, timeWindow: 60_000 } } }, async () => ({}));
  app.post('/v1/webhooks', { config: { rawBody: true } }, async (r) => ({
    bytes: r.rawBody?.toString('hex'),
  }));
  app.get('/v1/hot', { schema: { response: { 200: hot(z.array(product)) } } }, async () => [
    { id, name: 'Tea', price: { amount: 450, currency: 'EUR' }, secret: 'x' },
  ]);
  app.get('/v1/fails/:how', async ({ params }) => {
    const { how } = params as { how: string };
    if (how === 'unknown') throw new Error('password=hunter2 at 10.0.0.1');
    if (how === 'text') throw 'just a text';
    if (how === 'undefined') throw undefined;
    if (how === 'foreign')
      throw Object.assign(new Error('theirs: secret row'), { statusCode: 400, code: 'ERR_THEIRS' });
    if (how === 'database')
      throw Object.assign(new Error('connect ECONNREFUSED 10.0.0.1'), { code: 'ECONNREFUSED' });
    if (how === 'busy')
      throw new AppError('TOO_MANY_PENDING', 'unavailable', 'inside', { retryAfterSeconds: 1.2 });
    return 'slow';
  });
  app.get(
    '/v1/broken-answer',
    { schema: { response: { 200: product } } },
    async () => ({ id: 'no uuid' }) as never,
  );
  app.get('/v1/slow', async () => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    return { slow: true };
  });
};

export async function openShop(options: Partial<HttpServerOptions> = {}) {
  const tokens = await testTokens();
  const lines: Record<string, unknown>[] = [];
  const health = createHealth({});
  const app = await createHttpServer({
    logger: createLogger({
      name: 'shop',
      level: 'info',
      output: { write: (line) => void lines.push(JSON.parse(line)) },
    }),
    openapi: { title: 'Shop', description: 'For the tests' },
    routes: [routes],
    health,
    verifier: tokens.verifier,
    ...options,
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;

  const send = (path: string, init: RequestInit = {}) => fetch(`${url}${path}`, init);
  const post = (path: string, body: Body, headers: Record<string, string> = {}) =>
    send(path, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
  // An answer of which a test has read the status only may keep its connection busy for as long as its reader likes.
  const close = async () => {
    const patience = setTimeout(() => app.server.closeAllConnections(), 2_000);
    await app.close();
    clearTimeout(patience);
  };
  return { app, health, lines, url, port, send, post, tokens, close };
}

export type Body = NonNullable<RequestInit['body']>;

/** Writes bytes and reads all of what comes back, for what no client would send. */
export function raw(port: number, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.setTimeout(5000, () => socket.destroy(new Error(`no end after: ${received}`)));
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
    });
    socket.on('error', reject).on('close', () => resolve(received));
  });
}
