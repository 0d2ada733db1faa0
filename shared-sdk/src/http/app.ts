import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Principal, TokenVerifier } from '../auth/index.js';
import type { Span } from '../tracing/index.js';

/** Fastify whose bodies, queries and answers have the types of their zod schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** Adds a service's routes. */
export type Routes = (app: App) => void | Promise<void>;

export type Guard = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; throws UNAUTHORIZED when the route let somebody in who is not signed in. */
    readonly principal: Principal;
    /** Who asks, if the route has a guard and the caller is signed in. */
    maybePrincipal: Principal | undefined;
    /** The bytes of the body, on a route with `config: { rawBody: true }`: for signatures. */
    rawBody: Buffer | undefined;
    span: Span | undefined;
    /** What the answer hides and the log line shows. */
    failure: unknown;
  }
  interface FastifyInstance {
    verifier: TokenVerifier | undefined;
  }
  interface FastifyContextConfig {
    rawBody?: boolean;
    /** Requests of one caller to this route in a time; see the docs of /http. */
    rateLimit?: { max: number; timeWindow: number | string };
  }
}
