import { AppError } from '@msa-event-market/shared-sdk/errors';

/** Every error that the rules of this service answer with. README.md lists the same codes, and a test compares. */
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

  /** One answer for whatever is wrong with a signature: a forger learns nothing. */
  INVALID_SIGNATURE: () =>
    new AppError('INVALID_SIGNATURE', 'unauthenticated', 'This webhook is not signed as it should be.'),
};
