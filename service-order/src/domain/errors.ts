import { AppError } from '@msa-event-market/shared-sdk/errors';
import { mostTotal } from './limits.js';

/** Every error that service-order answers with by itself; the README lists them, and a test compares. */
export const errors = {
  NOT_FOUND_ORDER: (id: string) => new AppError('NOT_FOUND_ORDER', 'not_found', `There is no order ${id}.`),
  NOT_FOUND_STORE_IN_ORDER: (id: string) =>
    new AppError('NOT_FOUND_STORE_IN_ORDER', 'not_found', `The order has no part of the store ${id}.`),
  INVALID_ORDER_STATE: (status: string) =>
    new AppError('INVALID_ORDER_STATE', 'conflict', `The order is ${status}: this is not possible now.`),
  PAYMENT_NOT_CAPTURED: () =>
    new AppError('PAYMENT_NOT_CAPTURED', 'conflict', 'The payment is not captured yet; ship a moment later.'),
  FORBIDDEN: (message: string) => new AppError('FORBIDDEN', 'forbidden', message),
  NOT_FOUND_PRODUCT: (fields: { pointer: string; detail: string }[]) =>
    new AppError('NOT_FOUND_PRODUCT', 'invalid', 'A product is not for sale in that store.', { fields }),
  MIXED_CURRENCIES: () =>
    new AppError('MIXED_CURRENCIES', 'invalid', 'All products of an order must have one currency.'),
  ORDER_TOO_LARGE: () =>
    new AppError('ORDER_TOO_LARGE', 'invalid', `The total of an order is ${mostTotal} at the most.`),
  PRICE_CHANGED: (expected: number, total: number) =>
    new AppError('PRICE_CHANGED', 'conflict', `The total is ${total} now, not ${expected}.`),
  ACCOUNT_DELETED: () => new AppError('ACCOUNT_DELETED', 'forbidden', 'This account is deleted.'),
  STORE_CLOSED: () => new AppError('STORE_CLOSED', 'conflict', 'A store of this order has closed.'),
  IDEMPOTENCY_KEY_REUSED: () =>
    new AppError(
      'IDEMPOTENCY_KEY_REUSED',
      'unprocessable',
      'This Idempotency-Key came with another body before.',
    ),
  IDEMPOTENCY_KEY_IN_FLIGHT: () =>
    new AppError(
      'IDEMPOTENCY_KEY_IN_FLIGHT',
      'conflict',
      'A request with this Idempotency-Key is under way.',
      {
        retryAfterSeconds: 1,
      },
    ),
  OVERLOADED: () =>
    new AppError('OVERLOADED', 'unavailable', 'More requests are under way than we can work on.', {
      retryAfterSeconds: 1,
    }),
  STORE_UNAVAILABLE: (cause: unknown) =>
    new AppError('STORE_UNAVAILABLE', 'unavailable', 'service-store does not tell its prices.', {
      cause,
      retryAfterSeconds: 1,
    }),
  TOO_MANY_PENDING: () =>
    new AppError('TOO_MANY_PENDING', 'unavailable', 'More orders are waiting than we can work on.', {
      retryAfterSeconds: 5,
    }),
} as const;
