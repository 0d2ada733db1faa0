// Their types add to Fastify's: `schema.operationId` and `config.rateLimit` of a route.
import '@fastify/swagger';

export type { App, Routes } from './app.js';
export { createHttpServer, type HttpServerOptions } from './create-http-server.js';
export { bodyHash, idempotencyKey } from './idempotency.js';
export type { OpenApiInfo } from './openapi.js';
export { etag, ifMatch, requireVersion } from './preconditions.js';
export { type Documented, type OwnCode, type Problem, problem, problemSchema } from './problem.js';
export type { RateLimit } from './rate-limit.js';
export { hot } from './schema-compilers.js';
export {
  cursorMetadata,
  cursorPage,
  cut,
  encodeCursor,
  type Money,
  money,
  page,
  pageMetadata,
  queryFlag,
  queryInteger,
  str,
  uuid,
} from './schemas.js';
export { maybeSignedIn, signedIn, signedInAs } from './signed-in.js';
export { stopHttpServer } from './stop-http-server.js';
