import { availableParallelism } from 'node:os';
import type { ServiceUrls } from './market-file.js';
import type { Ports } from './ports.js';
import type { Provisioned } from './provision.js';
import { byService, type ServiceName } from './topology.js';

const host = '127.0.0.1';

export const urlsOf = (ports: Ports): Record<ServiceName, ServiceUrls> =>
  byService((name) => {
    const { http, grpc, admin } = ports.services[name];
    return { http: `http://${host}:${http}`, grpc: `${host}:${grpc}`, admin: `http://${host}:${admin}` };
  });

export interface Surroundings {
  ports: Ports;
  provisioned: Provisioned;
  keysFile: string;
  adminPassword: string;
  /** EVENTS_URL of a service. */
  eventsUrl(name: ServiceName): string;
}

/** The whole environment of each service: what it would get from its Deployment in a cluster. */
export function serviceEnvironments({
  ports,
  provisioned,
  keysFile,
  adminPassword,
  eventsUrl,
}: Surroundings) {
  const urls = urlsOf(ports);
  const own: Record<ServiceName, Record<string, string>> = {
    auth: { JWT_KEYS_FILE: keysFile, ADMIN_LOGIN_ID: 'admin', ADMIN_PASSWORD: adminPassword },
    store: {},
    order: { STORE_GRPC_URL: `http://${urls.store.grpc}` },
    payment: { SANDBOX_DATABASE_URL: provisioned.sandbox.url },
  };
  return byService((name) => ({
    ...inherited(),
    HOST: host,
    HTTP_PORT: `${ports.services[name].http}`,
    GRPC_PORT: `${ports.services[name].grpc}`,
    ADMIN_PORT: `${ports.services[name].admin}`,
    DATABASE_URL: provisioned.databases[name].url,
    EVENTS_URL: eventsUrl(name),
    AUTH_ISSUER: urls.auth.http,
    AUTH_JWKS_URL: `${urls.auth.http}/.well-known/jwks.json`,
    ...own[name],
  }));
}

/** What somebody sets at `npm start` for all processes: logging, tracing, deadlines. */
const passedOn =
  /^(LOG_|OTEL_|ORDER_|MAX_|SWEEP_|PROVIDER_|OPERATION_|EXECUTE_|SANDBOX_WEBHOOK_|DATABASE_POOL_|SIGN_|ACCESS_TOKEN_|REFRESH_TOKEN_|SESSION_|PASSWORD_HASHES_|SHUTDOWN_|TRUSTED_PROXIES$|NODE_|TZ$|PATH$|SystemRoot$|TEMP$|TMP$|HOME$)/;

export function inherited(): Record<string, string> {
  const env: Record<string, string> = {
    UV_THREADPOOL_SIZE: `${Math.max(4, availableParallelism())}`,
    MALLOC_ARENA_MAX: '2', // one for each core and thread otherwise: some 8 MiB of a service at rest (glibc only)
  };
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && passedOn.test(name)) env[name] = value;
  }
  return env;
}
