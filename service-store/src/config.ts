import { readConfig, serviceVariables } from '@msa-event-market/shared-sdk/config';
import type { z } from 'zod';

/** Nothing of its own: what every service reads. */
export const variables = { ...serviceVariables };

export type Config = z.infer<z.ZodObject<typeof variables>>;
export const loadConfig = (env = process.env): Config => readConfig(variables, env);
