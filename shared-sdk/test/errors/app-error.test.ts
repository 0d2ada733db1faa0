import { describe, expect, it } from 'vitest';
import {
  AppError,
  fromGrpc,
  grpcStatus,
  httpStatus,
  isRetryable,
  type Kind,
  kindTitle,
  publicView,
} from '../../src/errors/index.js';

const wires: [Kind, number, number][] = [
  ['invalid', 400, 3],
  ['unauthenticated', 401, 16],
  ['forbidden', 403, 7],
  ['not_found', 404, 5],
  ['exists', 409, 6],
  ['conflict', 409, 9],
  ['precondition_failed', 412, 9],
  ['precondition_required', 428, 9],
  ['too_large', 413, 8],
  ['unsupported_media', 415, 3],
  ['unprocessable', 422, 3],
  ['rate_limited', 429, 8],
  ['unavailable', 503, 14],
  ['transient', 503, 14],
  ['internal', 500, 13],
];

describe('publicView', () => {
  it.each([
    new Error('password=hunter2'),
    'a thrown string',
    undefined,
    null,
    { code: 'FAKE', kind: 'invalid', message: 'looks like one' },
    new AppError('LEDGER_UNBALANCED', 'internal', 'table ledger, row 7'),
  ])('tells nothing of an unknown or internal failure: %s', (error) => {
    const view = publicView(error);
    expect(view).toMatchObject({ code: 'INTERNAL', kind: 'internal' });
    expect(JSON.stringify(view)).not.toMatch(/hunter2|ledger|thrown|looks/);
  });

  it.each(['unavailable', 'transient'] as const)('keeps the code of %s, not its message', (kind) => {
    const view = publicView(
      new AppError('STORE_DOWN', kind, 'connect 10.1.2.3:9090', { retryAfterSeconds: 2 }),
    );
    expect(view).toMatchObject({ code: 'STORE_DOWN', kind, retryAfterSeconds: 2 });
    expect(view.message).not.toContain('10.1.2.3');
  });

  it('shows the caller their own mistake, field by field', () => {
    const fields = [{ pointer: '/items/0/quantity', detail: 'must be at least 1' }];
    expect(publicView(new AppError('INVALID_REQUEST', 'invalid', 'Wrong.', { fields }))).toEqual({
      code: 'INVALID_REQUEST',
      kind: 'invalid',
      message: 'Wrong.',
      fields,
      retryAfterSeconds: undefined,
    });
  });
});

describe('kinds', () => {
  it.each(wires)('%s is HTTP %i and gRPC %i', (kind, http, grpc) => {
    expect([httpStatus(kind), grpcStatus(kind)]).toEqual([http, grpc]);
    expect(kindTitle(kind)).not.toBe('');
  });

  it('retries only what a repetition may cure', () => {
    const retryable = wires.map(([kind]) => kind).filter((kind) => isRetryable(new AppError('X', kind, '')));
    expect(retryable).toEqual(['rate_limited', 'unavailable', 'transient']);
    expect(isRetryable(new Error('unknown'))).toBe(false);
  });
});

describe('fromGrpc', () => {
  it('takes an unknown status for an internal failure', () => {
    expect(fromGrpc(2).kind).toBe('internal');
    expect(fromGrpc(99).kind).toBe('internal');
  });

  it('keeps the code and kind that the peer named, and the cause', () => {
    const cause = new Error('9 FAILED_PRECONDITION');
    const error = fromGrpc(9, {
      code: 'PRICE_CHANGED',
      kind: 'precondition_failed',
      message: 'Changed.',
      cause,
    });
    expect(error).toMatchObject({
      code: 'PRICE_CHANGED',
      kind: 'precondition_failed',
      message: 'Changed.',
      cause,
    });
  });

  it.each([
    [4, 'unavailable'],
    [5, 'not_found'],
    [10, 'transient'],
    [14, 'unavailable'],
    [16, 'unauthenticated'],
  ])('without a named kind, status %i is %s', (status, kind) => {
    expect(fromGrpc(status)).toMatchObject({ kind, code: kind.toUpperCase() });
  });
});

describe('AppError', () => {
  class NotYetVisible extends AppError {}

  it('is not every subclass of itself', () => {
    expect(new AppError('X', 'internal', '') instanceof NotYetVisible).toBe(false);
    expect(new NotYetVisible('X', 'transient', '') instanceof NotYetVisible).toBe(true);
    expect(new NotYetVisible('X', 'transient', '') instanceof AppError).toBe(true);
  });

  it('knows the error of another copy of the SDK', async () => {
    const copy = new URL(`../../src/errors/app-error.ts?copy`, import.meta.url).href;
    const other: typeof import('../../src/errors/app-error.js') = await import(copy);
    expect(other.AppError).not.toBe(AppError);
    expect(new other.AppError('X', 'invalid', '') instanceof AppError).toBe(true);
    expect(new AppError('X', 'invalid', '') instanceof other.AppError).toBe(true);
  });
});
