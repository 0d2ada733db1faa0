/** What a store and a product may hold, on whichever wire it comes. */
export const nameLength = { min: 1, max: 100 };
export const descriptionLength = { min: 0, max: 2_000 };
export const imageUrlLength = { min: 1, max: 500 };

/** Of one owner: deleting their account closes all of their stores in one transaction, which has to end in time. */
export const mostStores = 100;
/** On sale in all stores of one owner: closing a store and deleting an account delete them in that transaction too. */
export const mostProducts = 10_000;

/** Pieces that one request may put in or take out; sums stay far below what a JSON number holds exactly. */
export const mostPieces = 1_000_000;

/** A price of nothing could not be paid: the ledger moves whole amounts only. */
export const leastPrice = 1;

/** In minor units, so ten million of most currencies. Whatever is made of prices stays far below 2^53 - 1. */
export const mostPrice = 1_000_000_000;

/** Shown in pages of strangers: nothing but a plain address, no `javascript:` and no `data:`. */
export const isImageUrl = (text: string): boolean =>
  URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
