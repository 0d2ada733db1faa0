import { isIP } from 'node:net';
import { z } from 'zod';

/** Says how a right value looks; ConfigError prints it beside what is wrong. */
const withExample = <T extends z.ZodType>(schema: T, example: string): T =>
  schema.meta({ examples: [example] });

interface About {
  examples?: string[];
  secret?: boolean;
}

/** What a builder says of its variable, also beneath `.optional()` and `.default()`. */
export function about(schema: z.ZodType): About {
  const wrapped = schema instanceof z.ZodOptional || schema instanceof z.ZodDefault;
  return (schema.meta() as About | undefined) ?? (wrapped ? about(schema.unwrap() as z.ZodType) : {});
}

export const text = (example = 'some-text') => withExample(z.string(), example);

/** An address with a scheme. `protocols` narrows it: `url({ protocols: ['postgres:'] })`. */
export function url({
  protocols,
  example = 'http://127.0.0.1:8080',
}: {
  protocols?: string[];
  example?: string;
} = {}) {
  const allowed = (value: string) => !protocols || protocols.includes(new URL(value).protocol);
  return withExample(
    z
      .string()
      .refine((value) => URL.canParse(value), { message: 'is not a URL', abort: true })
      .refine(allowed, `must start with ${protocols?.map((p) => `${p}//`).join(' or ')}`),
    example,
  );
}

/** Addresses or networks of machines, divided by commas. */
export const addresses = () =>
  withExample(
    z
      .string()
      .transform((value) => value.split(',').map((part) => part.trim()))
      .refine((parts) => parts.every(isAddress), 'must be IP addresses or networks, divided by commas'),
    '10.0.0.0/8,192.168.1.7',
  );

function isAddress(value: string): boolean {
  const [address = '', bits, ...more] = value.split('/');
  const most = { 4: 32, 6: 128 }[isIP(address)];
  return (
    most !== undefined &&
    more.length === 0 &&
    (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most))
  );
}

/** At least 16 characters, no default by design. Give it as a file: `NAME_FILE=/run/secrets/name`. */
export const secret = () =>
  z
    .string()
    .min(16, 'must have at least 16 characters')
    .meta({ secret: true, examples: ['the output of: openssl rand -hex 32'] });

export interface IntegerOptions {
  min?: number;
  max?: number;
  default?: number;
}

export function integer(options: IntegerOptions & { default: number }): z.ZodType<number>;
export function integer(options?: IntegerOptions): z.ZodType<number>;
export function integer({ min = 0, max = Number.MAX_SAFE_INTEGER, ...rest }: IntegerOptions = {}) {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  const within = (value: string) =>
    /^-?\d{1,16}$/.test(value) && Number(value) >= min && Number(value) <= max;
  const schema = z.string().refine(within, `must be a whole number ${range}`).transform(Number);
  return withDefault(schema, rest.default, String(rest.default ?? min));
}

/** 0 lets the system choose a free port. */
export const port = (byDefault?: number) => integer({ min: 0, max: 65_535, default: byDefault });

/** A timer that is to wait longer fires at once: it counts milliseconds in 32 bits. */
const longestTimer = 2_147_483;

/**
 * A duration; fractions are allowed so that tests need not wait. Give a pause of repeated work a `min`: at 0 it would
 * never rest.
 */
export function seconds(
  byDefault?: number,
  { min = 0, max = longestTimer }: { min?: number; max?: number } = {},
): z.ZodType<number> {
  const within = (value: string) =>
    /^\d{1,9}(\.\d{1,3})?$/.test(value) && Number(value) >= min && Number(value) <= max;
  const schema = z
    .string()
    .refine(within, `must be a number of seconds from ${min} to ${max}`)
    .transform(Number);
  return withDefault(schema, byDefault, String(byDefault ?? 30));
}

/** A share from 0 to 1. */
export function ratio(byDefault?: number): z.ZodType<number> {
  const schema = z
    .string()
    .regex(/^(0(\.\d+)?|1(\.0+)?)$/, 'must be a number from 0 to 1')
    .transform(Number);
  return withDefault(schema, byDefault, String(byDefault ?? 0.1));
}

export function flag(byDefault?: boolean): z.ZodType<boolean> {
  const schema = z
    .enum(['true', 'false'], { error: 'must be true or false' })
    .transform((value) => value === 'true');
  return withDefault(schema, byDefault, String(byDefault ?? true));
}

export function oneOf<const T extends [string, ...string[]]>(
  values: T,
  byDefault?: T[number],
): z.ZodType<T[number]> {
  const schema = z.enum(values, { error: `must be one of ${values.join(', ')}` });
  return withDefault(schema, byDefault, byDefault ?? values[0]);
}

function withDefault<T>(schema: z.ZodType<T, string>, value: T | undefined, example: string): z.ZodType<T> {
  const result = value === undefined ? schema : schema.default(value as never);
  return withExample(result as z.ZodType<T>, example);
}
