import type { TokenVerifier } from '../../src/auth/index.js';
import { AppError } from '../../src/errors/index.js';
import { createGrpcServer, type GrpcClient, type GrpcService, grpcClient } from '../../src/grpc/index.js';
import { type Check, createHealth } from '../../src/health/index.js';
import { createLogger } from '../../src/logging/index.js';
import { storeServiceName } from './store-service.js';

export interface Line {
  level: string;
  msg: string;
  method: string;
  code: string;
  ms: number;
  userId?: string;
  error?: string;
  traceId: string;
  requestId: string;
}

/** Tokens named after their user; `forged` is a bad one, with `down` nobody can tell. */
export const verifier: TokenVerifier = {
  async verify(token) {
    if (token === 'forged')
      throw new AppError('UNAUTHORIZED', 'unauthenticated', 'The access token is not valid.');
    if (token === 'down') throw new AppError('AUTH_UNAVAILABLE', 'unavailable', 'No keys.');
    return { userId: token, role: 'user', loginId: token };
  },
};

const running: (() => Promise<void> | void)[] = [];

/** A server on a free port, with a client and the lines that it logs. */
export async function start(
  services: GrpcService[],
  { ready = [] as Check[], port = 0, defaultDeadlineMs = 30_000, timeoutMs = 5_000 } = {},
) {
  const lines: Line[] = [];
  const output = { write: (line: string) => void lines.push(JSON.parse(line) as Line) };
  const health = createHealth({ ready, rememberMs: 0 });
  const logger = createLogger({ name: 'test', output });
  const server = createGrpcServer({
    host: '127.0.0.1',
    port,
    services,
    verifier,
    health,
    logger,
    defaultDeadlineMs,
  });
  const bound = await server.start();
  running.push(() => server.stop(100));
  const url = `http://127.0.0.1:${bound}`;
  return { server, health, lines, url, port: bound, client: client(url, timeoutMs) };
}

export function client(url: string, timeoutMs = 5_000): GrpcClient<typeof storeServiceName> {
  const made = grpcClient(storeServiceName, url, { timeoutMs });
  running.push(() => made.close());
  return made;
}

export async function stopAll(): Promise<void> {
  for (const stop of running.splice(0).reverse()) await stop();
}

/** What a promise rejects with; fails when it does not. */
export async function failureOf(promise: Promise<unknown>): Promise<AppError> {
  const outcome = await promise.then(
    () => undefined,
    (error) => error,
  );
  if (!(outcome instanceof AppError)) throw new Error(`expected an AppError, got ${String(outcome)}`);
  return outcome;
}
