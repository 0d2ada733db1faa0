import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../errors/index.js';
import { headerProblem } from './problem.js';

/** The caller's Idempotency-Key, bare or as the quoted string of the IETF draft. */
export function idempotencyKey({ headers }: FastifyRequest): string {
  const given = headers['idempotency-key'];
  if (given === undefined || given === '')
    throw new AppError('IDEMPOTENCY_KEY_MISSING', 'invalid', 'An Idempotency-Key header is needed.', {
      fields: [headerProblem('idempotency-key', 'is missing')],
    });
  const key = typeof given === 'string' ? /^(?:"([\w.:-]{1,128})"|([\w.:-]{1,128}))$/.exec(given) : null;
  if (!key)
    throw new AppError(
      'IDEMPOTENCY_KEY_INVALID',
      'invalid',
      'An Idempotency-Key has 1 to 128 letters, digits, dots, colons, dashes or underscores.',
      { fields: [headerProblem('idempotency-key', 'must be one such word, bare or in quotes')] },
    );
  return (key[1] ?? key[2]) as string;
}

/** The same for the same content, whatever the order of its fields. */
export const bodyHash = (body: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(sorted(body)) ?? '')
    .digest('hex');

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
