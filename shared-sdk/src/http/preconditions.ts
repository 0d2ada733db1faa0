import type { FastifyRequest } from 'fastify';
import { AppError } from '../errors/index.js';

/** The ETag of a versioned resource. */
export const etag = (version: number): string => `"${version}"`;

/**
 * The version that the caller means to change. Without If-Match 428; anything that cannot be one of our ETags, a weak
 * one included, matches nothing: 412.
 */
export function ifMatch({ headers }: FastifyRequest): number {
  const given = headers['if-match'];
  if (given === undefined)
    throw new AppError('PRECONDITION_REQUIRED', 'precondition_required', 'If-Match with the ETag is needed.');
  const version = /^"(\d{1,15})"$/.exec(given)?.[1];
  if (version === undefined) throw changed();
  return Number(version);
}

/** Throws 412 unless the resource is still the one that the caller has read. */
export function requireVersion(current: number, wanted: number): void {
  if (current !== wanted) throw changed();
}

const changed = () =>
  new AppError('PRECONDITION_FAILED', 'precondition_failed', 'The resource has changed since it was read.');
