/** Of an order's history, how much is shown: an admin's refunds may make it longer. */
export const mostHistory = 500;

/** In minor units: the total of an order, on whichever wire it comes. Far below what a JSON number holds exactly. */
export const mostTotal = 1_000_000_000_000;
