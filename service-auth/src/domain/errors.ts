import { AppError } from '@msa-event-market/shared-sdk/errors';

/** Beyond what one account or address may do in a window. */
export class TooManyAttempts extends AppError {
  readonly limit: number;

  constructor(limit: number, retryAfterSeconds: number) {
    super('TOO_MANY_ATTEMPTS', 'rate_limited', 'Too many attempts, wait a little.', { retryAfterSeconds });
    this.limit = limit;
  }
}

/** Every error that the rules of this service answer with. README.md lists the same codes, and a test compares. */
export const errors = {
  NOT_FOUND_USER: () => new AppError('NOT_FOUND_USER', 'not_found', 'There is no such user.'),

  CONFLICT_USER: (cause?: unknown) =>
    new AppError('CONFLICT_USER', 'exists', 'This login id is taken.', {
      cause,
      fields: [{ pointer: '/loginId', detail: 'is taken' }],
    }),

  /** One answer for whatever is wrong with credentials: a stranger must not learn which login ids exist. */
  UNAUTHORIZED: (cause?: unknown) =>
    new AppError('UNAUTHORIZED', 'unauthenticated', 'These credentials are not valid.', { cause }),

  FORBIDDEN: (message: string) => new AppError('FORBIDDEN', 'forbidden', message),

  WEAK_PASSWORD: (detail: string) =>
    new AppError('WEAK_PASSWORD', 'invalid', `The password ${detail}.`, {
      fields: [{ pointer: '/password', detail }],
    }),

  WRONG_PASSWORD: () =>
    new AppError('WRONG_PASSWORD', 'forbidden', 'The current password is not right.', {
      fields: [{ pointer: '/currentPassword', detail: 'is not the current password' }],
    }),

  LAST_ADMIN: () => new AppError('LAST_ADMIN', 'conflict', 'This is the last admin: make another one first.'),

  PRECONDITION_FAILED: () =>
    new AppError('PRECONDITION_FAILED', 'precondition_failed', 'The user has changed since it was read.'),

  TOO_MANY_ATTEMPTS: (limit: number, retryAfterSeconds: number) =>
    new TooManyAttempts(limit, retryAfterSeconds),

  HASHING_OVERLOADED: () =>
    new AppError('HASHING_OVERLOADED', 'unavailable', 'Too many passwords are being checked.', {
      retryAfterSeconds: 1,
    }),
};
