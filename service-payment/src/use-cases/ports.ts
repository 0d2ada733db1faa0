import type { Answer } from '../domain/model.js';

/** One request to the provider. It may be made several times and counts once: `key` is its idempotency key. */
export interface ProviderCall {
  key: string;
  orderId: string;
  method: string;
  amount: number;
  currency: string;
}

export type Outcome = Extract<Answer, { result: 'done' | 'refused' }>;

/**
 * Money is moved elsewhere. What is final is an outcome; everything else (time-out, 5xx, 429, a lost connection)
 * is thrown and means that nobody knows. Calls are ended through `signal`.
 */
export interface PaymentProvider {
  authorize(call: ProviderCall, signal: AbortSignal): Promise<Outcome>;
  capture(call: ProviderCall, signal: AbortSignal): Promise<Outcome>;
  /** Done also when the authorisation has lapsed; refused with ALREADY_CAPTURED when there is nothing left to void. */
  void(call: ProviderCall, signal: AbortSignal): Promise<Outcome>;
  refund(call: ProviderCall, signal: AbortSignal): Promise<Outcome>;
  /** What became of the call with that key; undefined when it never arrived. */
  query(key: string, signal: AbortSignal): Promise<Outcome | undefined>;
}
