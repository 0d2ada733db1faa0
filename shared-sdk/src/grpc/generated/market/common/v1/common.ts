// Generated from proto/market/common/v1/common.proto by `npm run proto`: do not edit.

/** An amount of money in the smallest unit of its currency. */
export interface Money {
  /** Minor units: 1999 is 19.99 in a currency with cents. A safe integer: below 2^53. */
  amount: number;
  /** ISO 4217, three capital letters. */
  currency: string;
}

/** Which part of a list an answer holds. */
export interface ListMetadata {
  /** How many entries at most. */
  limit: number;
  /** How many entries were skipped. */
  offset: number;
  /** How many entries there are altogether. */
  total: number;
}
