import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { about } from './variables.js';

/** Every wrong or missing variable at once, one plain line each: nobody should restart a service five times. */
export class ConfigError extends Error {
  readonly problems: string[];

  constructor(problems: string[]) {
    super(`The configuration is wrong:\n${problems.map((line) => `  ${line}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

type Environment = Record<string, string | undefined>;

/**
 * Reads the variables that `shape` names. An empty string counts as missing; `NAME_FILE` gives the file that holds
 * the value of NAME. Values are never printed: the wrong one may be a password in the wrong place.
 */
export function readConfig<S extends z.ZodRawShape>(
  shape: S,
  env: Environment = process.env,
): z.infer<z.ZodObject<S>> {
  const problems: string[] = [];
  const config: Record<string, unknown> = {};
  for (const [name, type] of Object.entries(shape)) {
    const schema = type as z.ZodType;
    const found = lookUp(name, env);
    const result = 'problem' in found ? found : check(schema, found.value, env);
    if ('problem' in result) problems.push(`${name} ${result.problem}${exampleOf(schema)}`);
    else config[name] = result.value;
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return config as z.infer<z.ZodObject<S>>;
}

type Found = { value: string | undefined } | { problem: string };

function lookUp(name: string, env: Environment): Found {
  const value = env[name] || undefined;
  const file = env[`${name}_FILE`];
  if (!file) return { value };
  if (value !== undefined) return { problem: `is given twice, also as ${name}_FILE` };
  try {
    // Editors and `echo` end a file with a line break that is no part of the secret.
    return { value: readFileSync(file, 'utf8').replace(/\r?\n$/, '') || undefined };
  } catch (error) {
    return { problem: `cannot be read from ${name}_FILE: ${(error as NodeJS.ErrnoException).code}` };
  }
}

function check(schema: z.ZodType, value: string | undefined, env: Environment) {
  const result = schema.safeParse(value);
  if (!result.success)
    return {
      problem: value === undefined ? 'is missing' : result.error.issues.map((i) => i.message).join(' and '),
    };
  if (env.NODE_ENV === 'production' && about(schema).secret && value?.startsWith('development-'))
    return { problem: 'is a development secret, which production must not use' };
  return { value: result.data };
}

function exampleOf(schema: z.ZodType): string {
  const example = about(schema).examples?.[0];
  return example ? ` (for example: ${example})` : '';
}
