/** How the sandbox treats a payment method: by its name alone, so that a test knows what will happen. */
export interface Behaviour {
  declines?: string;
  captureFails?: boolean;
  refundFails?: boolean;
  /** The outcome is entered, but the answer comes after the caller has given up. */
  answersTooLate?: boolean;
  /** The first call under a key never arrives. */
  losesFirstCall?: boolean;
  delayMs?: number;
}

export const methods: Record<string, Behaviour> = {
  pm_card_visa: {},
  pm_card_mastercard: {},
  pm_card_declined: { declines: 'CARD_DECLINED' },
  pm_card_insufficient_funds: { declines: 'INSUFFICIENT_FUNDS' },
  pm_card_expired: { declines: 'CARD_EXPIRED' },
  pm_card_3ds_required: { declines: 'BUYER_ACTION_REQUIRED' },
  pm_card_timeout: { answersTooLate: true },
  pm_card_lost: { losesFirstCall: true },
  pm_card_capture_fails: { captureFails: true },
  pm_card_refund_fails: { refundFails: true },
  pm_card_slow: { delayMs: 2_000 },
};

// Its own names only: `constructor` is something of every object, and would pass for a card that behaves.
export const behaviourOf = (method: string): Behaviour =>
  (Object.hasOwn(methods, method) ? methods[method] : undefined) ?? { declines: 'UNKNOWN_METHOD' };
