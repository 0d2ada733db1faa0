import { AppError } from '@msa-event-market/shared-sdk/errors';

/** The errors that only this service answers; the README lists them, and a test compares the two. */
export const errors = {
  NOT_FOUND_PAYMENT: () => new AppError('NOT_FOUND_PAYMENT', 'not_found', 'There is no such payment'),
  INVALID_PAYMENT_STATE: (state: string) =>
    new AppError('INVALID_PAYMENT_STATE', 'conflict', `The payment is ${state} and cannot be refunded`),
  REFUND_EXCEEDS_CAPTURED: (left: number) =>
    new AppError('REFUND_EXCEEDS_CAPTURED', 'conflict', `At most ${left} can still be refunded`),
};
