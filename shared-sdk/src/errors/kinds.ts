/**
 * What kind of failure this is, whatever the wire. A use case picks the kind once; each edge translates it.
 * `exists` and `conflict` differ on gRPC only (ALREADY_EXISTS, FAILED_PRECONDITION).
 * `transient` is our own failure that a repetition may cure, `unavailable` is that of something we depend on.
 */
const kinds = {
  invalid: { http: 400, grpc: 3, title: 'Invalid request' },
  unauthenticated: { http: 401, grpc: 16, title: 'Not signed in' },
  forbidden: { http: 403, grpc: 7, title: 'Not allowed' },
  not_found: { http: 404, grpc: 5, title: 'Not found' },
  exists: { http: 409, grpc: 6, title: 'Already exists' },
  conflict: { http: 409, grpc: 9, title: 'Conflict' },
  precondition_failed: { http: 412, grpc: 9, title: 'Precondition failed' },
  precondition_required: { http: 428, grpc: 9, title: 'Precondition required' },
  too_large: { http: 413, grpc: 8, title: 'Too large' },
  unsupported_media: { http: 415, grpc: 3, title: 'Unsupported media type' },
  unprocessable: { http: 422, grpc: 3, title: 'Unprocessable' },
  rate_limited: { http: 429, grpc: 8, title: 'Too many requests' },
  unavailable: { http: 503, grpc: 14, title: 'Unavailable' },
  transient: { http: 503, grpc: 14, title: 'Temporarily unavailable' },
  internal: { http: 500, grpc: 13, title: 'Internal error' },
} as const;

export type Kind = keyof typeof kinds;

/** Whether it is one: another version of this SDK may know others. */
export const isKind = (text: unknown): text is Kind => typeof text === 'string' && Object.hasOwn(kinds, text);

export const httpStatus = (kind: Kind): number => kinds[kind].http;
export const grpcStatus = (kind: Kind): number => kinds[kind].grpc;
export const kindTitle = (kind: Kind): string => kinds[kind].title;

// Several kinds share a gRPC status: the way back takes the one that promises least.
const byGrpcStatus: Record<number, Kind> = {
  1: 'unavailable', // CANCELLED
  3: 'invalid',
  4: 'unavailable', // DEADLINE_EXCEEDED
  5: 'not_found',
  6: 'exists',
  7: 'forbidden',
  8: 'rate_limited',
  9: 'conflict',
  10: 'transient', // ABORTED
  11: 'invalid', // OUT_OF_RANGE
  14: 'unavailable',
  16: 'unauthenticated',
};

export const kindOfGrpcStatus = (status: number): Kind => byGrpcStatus[status] ?? 'internal';
