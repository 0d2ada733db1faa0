import { localVerifier } from '@msa-event-market/shared-sdk/auth';
import { connectDatabase } from '@msa-event-market/shared-sdk/db';
import { createLogger } from '@msa-event-market/shared-sdk/logging';
import { createService, databaseCheck, type Service } from '@msa-event-market/shared-sdk/service';
import type { Config } from './config.js';
import { accessTokens } from './crypto/access-tokens.js';
import { passwordHasher } from './crypto/password-hasher.js';
import { signingKeys } from './crypto/signing-keys.js';
import { forgetOld } from './db/forget-old.js';
import { listUsers } from './db/read-users.js';
import { sessionRepository } from './db/session-repository.js';
import { signInAttempts } from './db/sign-in-attempts.js';
import { userRepository } from './db/user-repository.js';
import { authGrpc } from './grpc/auth-grpc.js';
import { meRoutes } from './http/me-routes.js';
import { tokenRoutes } from './http/token-routes.js';
import { userRoutes } from './http/user-routes.js';
import { wellKnownRoutes } from './http/well-known-routes.js';
import { ensureFirstAdmin } from './use-cases/ensure-first-admin.js';
import type { Ports } from './use-cases/ports.js';

/** What a test may replace. */
export type Replaced = Partial<Ports>;

/** Every dependency in sight. */
export async function buildApp(config: Config, replaced: Replaced = {}): Promise<Service> {
  const logger = createLogger({ name: 'auth', format: config.LOG_FORMAT, level: config.LOG_LEVEL });
  const db = connectDatabase({
    url: config.DATABASE_URL,
    replicaUrl: config.DATABASE_REPLICA_URL,
    poolSize: config.DATABASE_POOL_SIZE,
    onError: (err) => logger.warn({ err }, 'a connection to the database was lost'),
  });
  const issuer = config.AUTH_ISSUER;
  const keys = await signingKeys(config.JWT_KEYS);
  // The issuer need not fetch its own keys.
  const verifier = localVerifier(keys.published, issuer);

  const ports: Ports = {
    users: userRepository(db),
    sessions: sessionRepository(db, {
      refreshTokenSeconds: config.REFRESH_TOKEN_SECONDS,
      sessionSeconds: config.SESSION_SECONDS,
    }),
    passwords: await passwordHasher({
      atOnce: config.PASSWORD_HASHES_AT_ONCE,
      waiting: config.PASSWORD_HASHES_WAITING,
    }),
    attempts: signInAttempts(db, {
      perAccount: config.SIGN_IN_ATTEMPTS_PER_ACCOUNT,
      perAddress: config.SIGN_IN_ATTEMPTS_PER_ADDRESS,
      signUpsPerAddress: config.SIGN_UPS_PER_ADDRESS,
      windowSeconds: config.SIGN_IN_WINDOW_SECONDS,
    }),
    accessTokens: accessTokens(keys, { issuer, seconds: config.ACCESS_TOKEN_SECONDS }),
    log: logger,
    ...replaced,
  };
  const reading = { ...ports, listUsers: listUsers(db) };

  return createService(config, {
    name: 'auth',
    logger,
    db,
    verifier,
    // Not at start: a service starts without its database, too, and makes itself ready when that comes.
    ready: [
      databaseCheck(db),
      { name: 'first admin', critical: true, run: ensureFirstAdmin(ports, firstAdminOf(config)) },
    ],
    http: [userRoutes(reading), meRoutes(ports), tokenRoutes(ports), wellKnownRoutes({ issuer, ...keys })],
    grpc: [authGrpc({ ...reading, verifier })],
    every: [{ name: 'forget-old', seconds: 600, run: forgetOld(db) }],
    openapi: {
      title: 'service-auth',
      description: 'Users, credentials, tokens and the keys that verify them',
    },
  });
}

const firstAdminOf = ({ ADMIN_LOGIN_ID: loginId, ADMIN_PASSWORD: password }: Config) =>
  loginId && password ? { loginId, password } : undefined;
