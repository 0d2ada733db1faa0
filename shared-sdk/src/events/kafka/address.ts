import { readFileSync } from 'node:fs';
import type { KafkaConfig, SASLOptions } from 'kafkajs';
import { z } from 'zod';

const mechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

/** Where the brokers are and how to speak to them: what EVENTS_URL says, in kafkajs's words. */
export type KafkaAddress = { brokers: string[] } & Pick<KafkaConfig, 'ssl' | 'sasl'>;

// Strict: a misspelt `tls` must not end in a password sent in clear.
const settings = z.strictObject({
  broker: z.array(z.string().regex(/^[^\s/:]+:\d+$/, 'host:port')),
  tls: z.enum(['true', 'false']).default('false'),
  ca: z.string().optional(),
  sasl: z.enum(mechanisms).default('scram-sha-512'),
});

/**
 * `kafka://[user:password@]host:port[?broker=host:port&broker=…&tls=true&ca=/path&sasl=scram-sha-512]`. A user means
 * SASL; `ca` is a file with the certificates to trust, and means TLS.
 */
export function kafkaAddress(url: string): KafkaAddress {
  const { hostname, port, username, password, searchParams } = new URL(url);
  const { broker, ...single } = Object.fromEntries(
    [...new Set(searchParams.keys())].map((name) => [name, searchParams.getAll(name)]),
  );
  const given = Object.fromEntries(Object.entries(single).map(([name, values]) => [name, values.at(-1)]));
  const { data, error } = settings.safeParse({ ...given, broker: broker ?? [] });
  if (!data || !hostname)
    throw new Error(`EVENTS_URL: ${error ? z.prettifyError(error) : 'names no broker'}`);
  const { tls, ca, sasl } = data;
  return {
    brokers: [`${hostname}:${port || 9092}`, ...data.broker],
    ...((tls === 'true' || ca) && { ssl: ca ? { ca: readFileSync(ca, 'utf8') } : true }),
    ...(username && {
      sasl: {
        mechanism: sasl,
        username: decodeURIComponent(username),
        password: decodeURIComponent(password),
      } as SASLOptions,
    }),
  };
}
