import { setTimeout as sleep } from 'node:timers/promises';
import type { TokenVerifier } from '../auth/index.js';
import { verifier } from '../auth/index.js';
import type { ServiceConfig } from '../config/index.js';
import type { Database } from '../db/index.js';
import { type Consumer, type Consumers, startConsumers } from '../events/index.js';
import { createGrpcServer, type GrpcService } from '../grpc/index.js';
import { type Check, createHealth, type Health } from '../health/index.js';
import {
  type App,
  createHttpServer,
  type OpenApiInfo,
  type RateLimit,
  type Routes,
  stopHttpServer,
} from '../http/index.js';
import { createLogger, type Logger } from '../logging/index.js';
import { collectNodeMetrics, gauge } from '../metrics/index.js';
import { opsService } from '../ops/index.js';
import { maintainPartitions } from '../outbox/index.js';
import { type Step, stopInOrder } from '../shutdown/index.js';
import { type StopTracing, startTracing } from '../tracing/index.js';
import { hostAndPort, urlOf } from './address.js';
import { createAdminServer } from './admin-server.js';
import { type Job, type RunningJob, startJob } from './every.js';

export interface ServiceParts {
  name: string;
  db: Database;
  openapi: OpenApiInfo;
  http?: Routes[];
  grpc?: GrpcService[];
  // biome-ignore lint/suspicious/noExplicitAny: each consumer has its own types, which only it needs
  consumers?: Consumer<any, any>[];
  every?: Job[];
  /** What the service cannot work without; by default its own database. */
  ready?: Check[];
  /** Shown by /healthz besides. */
  checks?: Check[];
  /** By default the keys behind AUTH_JWKS_URL. */
  verifier?: TokenVerifier;
  /** For every route; by default only routes that ask for it are limited. */
  rateLimit?: RateLimit;
  /** After everything that takes work has stopped, before the database is closed. */
  onStop?: (() => Promise<void>)[];
  logger?: Logger;
}

export interface Addresses {
  http: string;
  grpc: string;
  admin: string;
}

export interface Service {
  /** Listens and consumes. Needs neither the database nor the log nor the issuer to be there yet. */
  start(): Promise<Addresses>;
  /** Stops in order; a second call waits for the first. */
  stop(): Promise<void>;
  /** For `inject` in tests. */
  http: App;
  health: Health;
  logger: Logger;
}

/** Assembles a service from its parts: logs, traces, metrics, health, operations and an orderly end are the SDK's. */
export async function createService(config: ServiceConfig, parts: ServiceParts): Promise<Service> {
  const { name, db, consumers = [], every = [], onStop = [] } = parts;
  // Here and not in each service: who forgot it could write no event after a week.
  const partitions: Job = { name: 'partitions', seconds: 3_600, run: () => maintainPartitions(db) };
  const logger = parts.logger ?? createLogger({ name, format: config.LOG_FORMAT, level: config.LOG_LEVEL });
  const tokens = parts.verifier ?? verifier({ issuer: config.AUTH_ISSUER, jwksUrl: config.AUTH_JWKS_URL });
  db.tellByDefault((err) => logger.warn({ err }, 'a connection to the database was lost'));
  let log: Consumers | undefined;
  let started = false;

  const health = createHealth({
    ready: [startedCheck(() => started), ...(parts.ready ?? [databaseCheck(db)])],
    checks: [...(consumers.length > 0 ? eventsChecks(() => log) : []), ...(parts.checks ?? [])],
  });
  const http = await createHttpServer({
    logger,
    openapi: parts.openapi,
    routes: parts.http ?? [],
    health,
    verifier: tokens,
    rateLimit: parts.rateLimit,
    trustedProxies: config.TRUSTED_PROXIES,
  });
  const grpc = createGrpcServer({
    host: config.HOST,
    port: config.GRPC_PORT,
    services: [...(parts.grpc ?? []), opsService({ db, consumers: () => log?.status() ?? [], logger })],
    verifier: tokens,
    health,
    logger,
  });
  const admin = createAdminServer(health);
  const jobs: RunningJob[] = [];
  let stopTracing: StopTracing = async () => {};

  collectNodeMetrics();
  gauge('database_waiting_callers', 'Callers that wait for a connection', [], function () {
    this.set(db.waiting());
  });

  async function start(): Promise<Addresses> {
    stopTracing = await startTracing({
      serviceName: name,
      endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT,
      ratio: config.OTEL_TRACES_SAMPLER_ARG,
    });
    try {
      await new Promise<void>((resolve, reject) => {
        admin.once('error', reject).listen(config.ADMIN_PORT, config.HOST, () => resolve());
      });
      // Before anything is written: after a week of standstill today has no partition. Without its database the service
      // starts all the same.
      const partitioned = startJob(partitions, logger, 0);
      jobs.push(partitioned);
      await Promise.race([partitioned.ranOnce, sleep(2_000, undefined, { ref: false })]);
      if (stopped) throw new Error('stopped while it was starting'); // nothing may listen behind the stop
      await http.listen({ port: config.HTTP_PORT, host: config.HOST });
      const grpcPort = await grpc.start();
      if (consumers.length > 0) {
        const { EVENTS_URL: url, TOPIC_PREFIX: topicPrefix } = config;
        log = startConsumers({ url, topicPrefix, db, consumers, logger });
      }
      jobs.push(...every.map((job) => startJob(job, logger)));
      const addresses = {
        http: urlOf(http.server),
        grpc: `http://${hostAndPort(config.HOST, grpcPort)}`,
        admin: urlOf(admin),
      };
      started = true;
      logger.info(addresses, 'started');
      return addresses;
    } catch (error) {
      await stop();
      throw error;
    }
  }

  let stopped: Promise<void> | undefined;
  function stop(): Promise<void> {
    stopped ??= stopInOrder(steps(), logger).then(() => undefined);
    return stopped;
  }

  function steps(): Step[] {
    const drainMs = config.SHUTDOWN_DRAIN_SECONDS * 1000;
    // Together nine tenths of the grace, so that the last step still happens before the process is ended. Most need a
    // fraction of their time, and leave the rest to what follows: a call to a provider that ends in `onStop` may take
    // long.
    const share = (part: number) => Math.max(20, (config.SHUTDOWN_GRACE_SECONDS * 1000 - drainMs) * part);
    return [
      { name: 'not ready', timeoutMs: share(0.01), run: () => health.drain() },
      // Whoever sends requests here has to notice first; those that come meanwhile are answered, and told to go.
      { name: 'wait', timeoutMs: drainMs + share(0.02), run: () => http.server.listening && sleep(drainMs) },
      { name: 'requests', timeoutMs: share(0.35), run: () => drainRequests(share(0.3)) },
      { name: 'jobs', timeoutMs: share(0.1), run: () => Promise.all(jobs.map((job) => job.stop())) },
      { name: 'consumers', timeoutMs: share(0.15), run: () => log?.stop() },
      ...onStop.map((run, n) => ({ name: `onStop ${n + 1}`, timeoutMs: share(0.1 / onStop.length), run })),
      { name: 'traces', timeoutMs: share(0.1), run: () => stopTracing() },
      { name: 'database', timeoutMs: share(0.05), run: () => db.close() },
      { name: 'admin', timeoutMs: share(0.02), run: () => close(admin) },
    ];
  }

  async function drainRequests(deadlineMs: number): Promise<void> {
    // What is still open then is a stream that never ends by itself.
    const force = setTimeout(() => http.server.closeAllConnections(), deadlineMs);
    try {
      await Promise.all([stopHttpServer(http), grpc.stop(deadlineMs)]);
    } finally {
      clearTimeout(force);
    }
  }

  return { start, stop, http, health, logger };
}

/** Whether the service's own database answers. */
export const databaseCheck = (db: Database): Check => ({
  name: 'database',
  critical: true,
  run: () => db.ping(),
});

/** The admin port answers first: until the others do, nobody should be sent to them, nor believe that events are read. */
const startedCheck = (started: () => boolean): Check => ({
  name: 'started',
  critical: true,
  async run() {
    if (!started()) throw Object.assign(new Error('still starting'), { code: 'STARTING' });
  },
});

const eventsChecks = (log: () => Consumers | undefined): Check[] => [
  { name: 'events', critical: true, run: async () => log()?.check() },
  { name: 'topics', critical: false, run: async () => log()?.checkTopics() },
];

function close(server: { close(done: () => void): unknown; closeAllConnections(): void }): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
