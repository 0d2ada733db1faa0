import { AppError, type Kind } from '@msa-event-market/shared-sdk/errors';

/** Every code that this service's own rules answer with; the README explains each, and a test compares the two. */
export const errorKinds = {
  NOT_FOUND_STORE: 'not_found',
  NOT_FOUND_PRODUCT: 'not_found',
  FORBIDDEN: 'forbidden',
  INSUFFICIENT_QUANTITY: 'conflict',
} as const satisfies Record<string, Kind>;

const refuse = (code: keyof typeof errorKinds, message: string) =>
  new AppError(code, errorKinds[code], message);

export const storeNotFound = () => refuse('NOT_FOUND_STORE', 'There is no such store.');
export const productNotFound = () => refuse('NOT_FOUND_PRODUCT', 'There is no such product in this store.');
export const notTheOwner = () => refuse('FORBIDDEN', 'Only the owner of the store or an admin may do this.');
export const accountDeleted = () => refuse('FORBIDDEN', 'A deleted account cannot open a store.');
export const notEnough = (available: number) =>
  refuse('INSUFFICIENT_QUANTITY', `Only ${available} can be taken away; the rest is reserved, sold or not there.`);
