import { z } from 'zod';
import {
  AppError,
  type FieldProblem,
  httpStatus,
  type Kind,
  kindTitle,
  publicView,
} from '../errors/index.js';

const fieldProblem = z.object({
  in: z.enum(['body', 'query', 'path', 'header']).optional(),
  pointer: z.string().meta({
    description: 'A JSON pointer into the body; to a parameter or a header, its name, as in /idempotency-key',
    examples: ['/items/0/quantity'],
  }),
  detail: z.string(),
});

/** As a schema of headers would name it: in lower case, as Node gives them. */
export const headerProblem = (name: string, detail: string): FieldProblem => ({
  in: 'header',
  pointer: `/${name}`,
  detail,
});

/** RFC 9457, with the `code` and `message` that the first version of these services had. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    code: z.string().meta({ examples: ['INVALID_REQUEST'] }),
    message: z.string(),
    traceId: z.string(),
    errors: z.array(fieldProblem).optional(),
  })
  .meta({ id: 'Problem' });

export type Problem = z.infer<typeof problemSchema>;

export const problemType = 'application/problem+json; charset=utf-8';

export function problemOf(error: unknown, instance: string, traceId: string): Problem {
  const { code, kind, message, fields } = publicView(error);
  return {
    type: `urn:msa-event-market:problem:${code}`,
    title: kindTitle(kind),
    status: httpStatus(kind),
    detail: message,
    instance,
    code,
    message,
    traceId,
    ...(fields && { errors: fields }),
  };
}

/** Codes that the SDK itself answers with. */
const ownCodes = {
  INVALID_REQUEST: 'invalid',
  MALFORMED_JSON: 'invalid',
  UNAUTHORIZED: 'unauthenticated',
  FORBIDDEN: 'forbidden',
  NOT_FOUND: 'not_found',
  PRECONDITION_FAILED: 'precondition_failed',
  PRECONDITION_REQUIRED: 'precondition_required',
  BODY_TOO_LARGE: 'too_large',
  UNSUPPORTED_MEDIA_TYPE: 'unsupported_media',
  IDEMPOTENCY_KEY_MISSING: 'invalid',
  IDEMPOTENCY_KEY_INVALID: 'invalid',
  IDEMPOTENCY_KEY_REUSED: 'unprocessable',
  IDEMPOTENCY_KEY_IN_FLIGHT: 'conflict',
  TOO_MANY_REQUESTS: 'rate_limited',
  AUTH_UNAVAILABLE: 'unavailable',
  DATABASE_UNAVAILABLE: 'transient',
  INTERNAL: 'internal',
} as const satisfies Record<string, Kind>;

export type OwnCode = keyof typeof ownCodes;

/** A code of the SDK, an error of the service, or the service's codes with their kinds. */
export type Documented = OwnCode | AppError | Record<string, Kind>;

/**
 * Documents which errors an operation answers: `response: { 200: order, ...problem('FORBIDDEN', orderNotFound()) }`.
 * What every operation may answer (400, 401, 413, 415, 429, 500, 503) the server adds by itself.
 */
export function problem(...errors: Documented[]): object {
  const byStatus = new Map<number, string[]>();
  for (const [code, kind] of errors.flatMap(codesOf)) {
    const status = httpStatus(kind);
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries([...byStatus].map(([status, codes]) => [status, problemResponse(codes)]));
}

export const problemResponse = (codes: string[]) => ({
  description: [...new Set(codes)].join(', '),
  content: { 'application/problem+json': { schema: problemSchema } },
});

function codesOf(documented: Documented): [string, Kind][] {
  if (typeof documented === 'string') return [[documented, ownCodes[documented]]];
  if (documented instanceof AppError) return [[documented.code, documented.kind]];
  return Object.entries(documented);
}
