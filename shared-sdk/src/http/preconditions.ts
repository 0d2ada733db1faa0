import type { FastifyRequest } from 'fastify';
import { AppError, type FieldProblem } from '../errors/index.js';
import { headerProblem } from './problem.js';

/** The ETag of a versioned resource. */
export const etag = (version: number): string => `"${version}"`;

/**
 * The version that the caller means to change. Without If-Match 428; anything that cannot be one of our ETags, a weak
 * one included, matches nothing: 412.
 */
export function ifMatch({ headers }: FastifyRequest): number {
  const given = headers['if-match'];
  if (given === undefined)
    throw new AppError(
      'PRECONDITION_REQUIRED',
      'precondition_required',
      'If-Match with the ETag is needed.',
      {
        fields: [headerProblem('if-match', 'is missing')],
      },
    );
  const version = /^"(\d{1,15})"$/.exec(given)?.[1];
  if (version === undefined) throw changed([headerProblem('if-match', 'is no ETag that was given here')]);
  return Number(version);
}

/** Throws 412 unless the resource is still the one that the caller has read. */
export function requireVersion(current: number, wanted: number): void {
  if (current !== wanted) throw changed();
}

const changed = (fields?: FieldProblem[]) =>
  new AppError('PRECONDITION_FAILED', 'precondition_failed', 'The resource has changed since it was read.', {
    fields,
  });
