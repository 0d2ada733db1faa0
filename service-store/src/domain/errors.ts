import { AppError } from '@msa-event-market/shared-sdk/errors';
import { mostProducts, mostStores } from './limits.js';

/** Every error that the rules of this service answer with. README.md lists the same codes, and a test compares. */
export const errors = {
  NOT_FOUND_STORE: () => new AppError('NOT_FOUND_STORE', 'not_found', 'There is no such store.'),

  NOT_FOUND_PRODUCT: () =>
    new AppError('NOT_FOUND_PRODUCT', 'not_found', 'There is no such product in this store.'),

  FORBIDDEN: (message: string) => new AppError('FORBIDDEN', 'forbidden', message),

  TOO_MANY_STORES: () =>
    new AppError('TOO_MANY_STORES', 'conflict', `An owner may have ${mostStores} open stores.`),

  TOO_MANY_PRODUCTS: () =>
    new AppError(
      'TOO_MANY_PRODUCTS',
      'conflict',
      `The owner of this store has ${mostProducts} products on sale already, which is the most.`,
    ),

  INSUFFICIENT_QUANTITY: (available: number) =>
    new AppError(
      'INSUFFICIENT_QUANTITY',
      'conflict',
      `No more than the ${available} pieces that no order holds can be taken out.`,
    ),

  PRECONDITION_FAILED: (what: 'store' | 'product') =>
    new AppError('PRECONDITION_FAILED', 'precondition_failed', `The ${what} has changed since it was read.`),
};
