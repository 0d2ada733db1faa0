import { integer, readConfig, seconds, serviceVariables, url } from '@msa-event-market/shared-sdk/config';
import type { z } from 'zod';

export const variables = {
  ...serviceVariables,
  STORE_GRPC_URL: url({ example: 'http://127.0.0.1:8121' }),
  /** An order that is not confirmed by then is stopped. */
  ORDER_DEADLINE_SECONDS: seconds(900, { min: 1 }),
  /** More PENDING orders than this, and new ones are answered 503. */
  MAX_PENDING_ORDERS: integer({ min: 1, max: 1_000_000, default: 2_000 }),
  SWEEP_SECONDS: seconds(5, { min: 0.1, max: 3_600 }),
};

export type Config = z.infer<z.ZodObject<typeof variables>>;

export const loadConfig = (env = process.env): Config => readConfig(variables, env);
