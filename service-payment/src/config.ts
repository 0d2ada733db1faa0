import {
  integer,
  readConfig,
  seconds,
  secret,
  serviceVariables,
  url,
} from '@msa-event-market/shared-sdk/config';
import type { z } from 'zod';

export const variables = {
  ...serviceVariables,
  /** The sandbox provider's own book; another database than ours. */
  SANDBOX_DATABASE_URL: url({
    protocols: ['postgres:', 'postgresql:'],
    example: 'postgres://sandbox:secret@127.0.0.1:5432/sandbox',
  }),
  /** With it, and only then, events of the sandbox are accepted at /v1/webhooks/sandbox. */
  SANDBOX_WEBHOOK_SECRET: secret().optional(),
  PROVIDER_TIMEOUT_SECONDS: seconds(10, { min: 0.1, max: 600 }),
  OPERATION_LEASE_SECONDS: seconds(30),
  EXECUTE_DUE_SECONDS: seconds(1, { min: 0.1, max: 3_600 }),
  MAX_OPEN_OPERATIONS: integer({ min: 1, default: 1_000 }),
};

export type Config = z.infer<z.ZodObject<typeof variables>>;

export function loadConfig(env = process.env): Config {
  // Read before the lease, which is compared with it there and then: so one error lists all that is wrong.
  let timeout: number | undefined;
  const { PROVIDER_TIMEOUT_SECONDS, OPERATION_LEASE_SECONDS } = variables;
  const compared = {
    PROVIDER_TIMEOUT_SECONDS: PROVIDER_TIMEOUT_SECONDS.transform((value) => (timeout = value)),
    // The executor asks and then calls, each for as long as the time-out; nobody else may take the operation meanwhile.
    OPERATION_LEASE_SECONDS: OPERATION_LEASE_SECONDS.refine(
      (lease) => timeout === undefined || lease > 2 * timeout,
      'must be more than twice PROVIDER_TIMEOUT_SECONDS',
    ),
  };
  return readConfig({ ...variables, ...compared }, env);
}

/** The sandbox's database is ours to migrate only where there is one. */
export const migratesSandbox = (env = process.env): boolean =>
  Boolean(env.SANDBOX_MIGRATE_DATABASE_URL || env.SANDBOX_MIGRATE_DATABASE_URL_FILE);
