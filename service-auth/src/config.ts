import { availableParallelism } from 'node:os';
import {
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
import { fitsHttpBasic, notFitForHttpBasic, passwordLength, weakness } from './domain/password.js';

const firstAdmin = {
  ADMIN_LOGIN_ID: text('admin').regex(loginIdShape, 'must be letters and digits'),
  ADMIN_PASSWORD: secret()
    .max(passwordLength.max, `must have at most ${passwordLength.max} characters`)
    .refine(fitsHttpBasic, notFitForHttpBasic),
};

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
  ACCESS_TOKEN_SECONDS: seconds(300, { min: 1 }),
  REFRESH_TOKEN_SECONDS: seconds(14 * 86_400, { min: 1, max: 366 * 86_400 }),
  SESSION_SECONDS: seconds(90 * 86_400, { min: 1, max: 366 * 86_400 }),
  ADMIN_LOGIN_ID: firstAdmin.ADMIN_LOGIN_ID.optional(),
  ADMIN_PASSWORD: firstAdmin.ADMIN_PASSWORD.optional(),
  SIGN_IN_ATTEMPTS_PER_ACCOUNT: integer({ min: 1, default: 10 }),
  SIGN_IN_ATTEMPTS_PER_ADDRESS: integer({ min: 1, default: 100 }),
  /** Many may share an address, and a gateway is one for all behind it. */
  SIGN_UPS_PER_ADDRESS: integer({ min: 1, default: 1_000 }),
  /** Of sign-ups too. */
  SIGN_IN_WINDOW_SECONDS: seconds(300, { min: 1 }),
  /** One of libuv's four threads stays free for DNS and files. */
  PASSWORD_HASHES_AT_ONCE: integer({ min: 1, default: Math.min(availableParallelism(), 3) }),
  PASSWORD_HASHES_WAITING: integer({ min: 0, default: 100 }),
};

export type Config = z.infer<z.ZodObject<typeof variables>>;

/** The first admin needs both variables as soon as there is one of them. */
export function loadConfig(env = process.env): Config {
  const given = Object.keys(firstAdmin).some((name) => env[name] || env[`${name}_FILE`]);
  // Read before the password, which is compared with it there and then: so one error lists all that is wrong.
  let loginId: string | undefined;
  const compared = {
    ADMIN_LOGIN_ID: firstAdmin.ADMIN_LOGIN_ID.overwrite((value) => (loginId = value)),
    ADMIN_PASSWORD: firstAdmin.ADMIN_PASSWORD.superRefine((password, context) => {
      const weak = weakness(password, loginId);
      if (weak) context.addIssue(weak);
    }),
  };
  return readConfig({ ...variables, ...(given && compared) }, env);
}
