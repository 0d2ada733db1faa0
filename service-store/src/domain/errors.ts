import { AppError } from '@msa-event-market/shared-sdk/errors';

/** Every error that the rules of this service answer with. README.md lists the same codes, and a test compares. */
export const errors = {
  NOT_FOUND_STORE: () => new AppError('NOT_FOUND_STORE', 'not_found', 'There is no such store.'),

  NOT_FOUND_PRODUCT: () =>
    new AppError('NOT_FOUND_PRODUCT', 'not_found', 'There is no such product in this store.'),

  FORBIDDEN: (message: string) => new AppError('FORBIDDEN', 'forbidden', message),

  INSUFFICIENT_QUANTITY: (available: number) =>
    new AppError(
      'INSUFFICIENT_QUANTITY',
      'conflict',
      `No more than the ${available} pieces that no order holds can be taken out.`,
    ),

  PRECONDITION_FAILED: (what: 'store' | 'product') =>
    new AppError('PRECONDITION_FAILED', 'precondition_failed', `The ${what} has changed since it was read.`),
};
