import type { z } from 'zod';
import { addresses, integer, oneOf, port, ratio, seconds, text, url } from './variables.js';

const postgres = (example: string) => url({ protocols: ['postgres:', 'postgresql:'], example });

/** What every service reads. A service adds its own: `{ ...serviceVariables, ORDER_DEADLINE_SECONDS: seconds(900) }`. */
export const serviceVariables = {
  HOST: text('0.0.0.0').default('127.0.0.1'),
  HTTP_PORT: port(8080),
  GRPC_PORT: port(9090),
  ADMIN_PORT: port(8081),
  DATABASE_URL: postgres('postgres://orders:secret@127.0.0.1:5432/market'),
  DATABASE_REPLICA_URL: postgres('postgres://orders:secret@127.0.0.1:5433/market').optional(),
  DATABASE_POOL_SIZE: integer({ min: 1, max: 100, default: 8 }),
  EVENTS_URL: url({
    protocols: ['postgres:', 'postgresql:', 'kafka:'],
    example: 'postgres://orders_events:secret@127.0.0.1:5432/market or kafka://127.0.0.1:9092',
  }),
  TOPIC_PREFIX: text('market.').default('market.'),
  AUTH_ISSUER: url({ example: 'http://127.0.0.1:8110' }),
  AUTH_JWKS_URL: url({
    protocols: ['http:', 'https:'],
    example: 'http://127.0.0.1:8110/.well-known/jwks.json',
  }),
  /** Who is in front and says in X-Forwarded-For who calls; anybody else may say what they like. */
  TRUSTED_PROXIES: addresses().optional(),
  LOG_FORMAT: oneOf(['text', 'json'], 'text'),
  LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], 'info'),
  OTEL_EXPORTER_OTLP_ENDPOINT: url({
    protocols: ['http:', 'https:'],
    example: 'http://127.0.0.1:4318',
  }).optional(),
  OTEL_TRACES_SAMPLER_ARG: ratio().optional(),
  /** How long a stopping service still takes requests, until callers have noticed. */
  SHUTDOWN_DRAIN_SECONDS: seconds(0.5),
  /** Everything of stopping together; keep it below the pod's grace period. */
  SHUTDOWN_GRACE_SECONDS: seconds(20, { min: 1 }),
};

export type ServiceConfig = z.infer<z.ZodObject<typeof serviceVariables>>;
