import { AppError } from '@msa-event-market/shared-sdk/errors';

/** Every error that service-payment answers with by itself; the README lists them, and a test compares. */
export const errors = {
  NOT_FOUND_PAYMENT: () => new AppError('NOT_FOUND_PAYMENT', 'not_found', 'There is no such payment.'),

  INVALID_PAYMENT_STATE: () =>
    new AppError(
      'INVALID_PAYMENT_STATE',
      'conflict',
      'Only a payment that is captured, and not being cancelled, can be refunded.',
    ),

  REFUND_EXCEEDS_CAPTURED: (left: number) =>
    new AppError('REFUND_EXCEEDS_CAPTURED', 'conflict', `At most ${left} can still be refunded.`),

  IDEMPOTENCY_KEY_REUSED: () =>
    new AppError(
      'IDEMPOTENCY_KEY_REUSED',
      'unprocessable',
      'This Idempotency-Key came with another body before.',
    ),

  IDEMPOTENCY_KEY_IN_FLIGHT: (cause?: unknown) =>
    new AppError(
      'IDEMPOTENCY_KEY_IN_FLIGHT',
      'conflict',
      'A request with this Idempotency-Key is under way.',
      { cause, retryAfterSeconds: 1 },
    ),

  /** One answer for whatever is wrong with a signature: a forger learns nothing. */
  INVALID_SIGNATURE: () =>
    new AppError('INVALID_SIGNATURE', 'unauthenticated', 'This webhook is not signed as it should be.'),
};
