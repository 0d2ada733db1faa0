import { readFileSync } from 'node:fs';
import type { KafkaConfig, SASLOptions } from 'kafkajs';
import { z } from 'zod';
import { ConfigError } from '../../config/index.js';

const mechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

/** Where the brokers are and how to speak to them: what EVENTS_URL says, in kafkajs's words. */
export type KafkaAddress = { brokers: string[] } & Pick<KafkaConfig, 'ssl' | 'sasl'>;

// Strict: a misspelt `tls` must not end in a password sent in clear.
const settings = z.strictObject({
  broker: z.array(z.string().regex(/^[^\s/:]+:\d+$/, 'host:port')),
  tls: z.enum(['true', 'false']).default('false'),
  ca: z.string().optional(),
  sasl: z.enum(mechanisms).optional(),
});

/**
 * `kafka://[user:password@]host:port[?broker=host:port&broker=…&tls=true&ca=/path&sasl=scram-sha-512]`. A user means
 * SASL; `ca` is a file with the certificates to trust, and means TLS. Throws ConfigError.
 */
export function kafkaAddress(url: string): KafkaAddress {
  const { hostname, port, username, password, searchParams } = new URL(url);
  const { broker, ...single } = Object.fromEntries(
    [...new Set(searchParams.keys())].map((name) => [name, searchParams.getAll(name)]),
  );
  const given = Object.fromEntries(Object.entries(single).map(([name, values]) => [name, values.at(-1)]));
  const { data, error } = settings.safeParse({ ...given, broker: broker ?? [] });
  if (!data) throw wrong(...error.issues.map(({ path, message }) => [...path, message].join(' ')));
  if (!hostname) throw wrong('names no broker');
  const { tls, ca, sasl } = data;
  // Who forgot the user would not notice: brokers that also take strangers let them in as one.
  if (password && !username) throw wrong('has a password and no user');
  if (sasl && !username) throw wrong('says how to sign in (sasl) and no user');
  return {
    brokers: [`${hostname}:${port || 9092}`, ...data.broker],
    ...((tls === 'true' || ca) && { ssl: ca ? { ca: read(ca) } : true }),
    ...(username && {
      sasl: {
        mechanism: sasl ?? 'scram-sha-512',
        username: decoded(username),
        password: decoded(password),
      } as SASLOptions,
    }),
  };
}

const wrong = (...problems: string[]) => new ConfigError(problems.map((problem) => `EVENTS_URL ${problem}`));

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw wrong(`ca cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrong('user and password must be percent-encoded');
  }
}
