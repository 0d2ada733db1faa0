import { availableParallelism } from 'node:os';
import {
  ConfigError,
  integer,
  readConfig,
  seconds,
  secret,
  serviceVariables,
  text,
} from '@msa-event-market/shared-sdk/config';
import { z } from 'zod';
import { keySet } from './crypto/signing-keys.js';
import { loginIdShape } from './domain/login-id.js';
import { fitsHttpBasic, notFitForHttpBasic } from './domain/password.js';

export const variables = {
  ...serviceVariables,
  /** The JWK set itself; usually given as a file, JWT_KEYS_FILE. */
  JWT_KEYS: z
    .string()
    .transform((value, context) => {
      try {
        return JSON.parse(value);
      } catch {
        context.addIssue('must be a JWK set in JSON');
        return z.NEVER;
      }
    })
    .pipe(keySet)
    .meta({ secret: true }),
  ACCESS_TOKEN_SECONDS: seconds(300),
  REFRESH_TOKEN_SECONDS: seconds(14 * 86_400),
  SESSION_SECONDS: seconds(90 * 86_400),
  ADMIN_LOGIN_ID: text('admin').regex(loginIdShape, 'must be letters and digits').optional(),
  ADMIN_PASSWORD: secret().refine(fitsHttpBasic, notFitForHttpBasic).optional(),
  SIGN_IN_ATTEMPTS_PER_ACCOUNT: integer({ min: 1, default: 10 }),
  SIGN_IN_ATTEMPTS_PER_ADDRESS: integer({ min: 1, default: 100 }),
  /** Many may share an address, and a gateway is one for all behind it. */
  SIGN_UPS_PER_ADDRESS: integer({ min: 1, default: 1_000 }),
  /** Of sign-ups too. */
  SIGN_IN_WINDOW_SECONDS: seconds(300),
  /** One of libuv's four threads stays free for DNS and files. */
  PASSWORD_HASHES_AT_ONCE: integer({ min: 1, default: Math.min(availableParallelism(), 3) }),
  PASSWORD_HASHES_WAITING: integer({ min: 0, default: 100 }),
};

export type Config = z.infer<z.ZodObject<typeof variables>>;

export function loadConfig(env = process.env): Config {
  const config = readConfig(variables, env);
  const { ADMIN_LOGIN_ID: loginId, ADMIN_PASSWORD: password } = config;
  if (loginId && !password) throw new ConfigError(['ADMIN_PASSWORD is missing beside ADMIN_LOGIN_ID']);
  if (password && !loginId) throw new ConfigError(['ADMIN_LOGIN_ID is missing beside ADMIN_PASSWORD']);
  return config;
}
