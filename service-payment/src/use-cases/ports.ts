import type { Tx } from '@msa-event-market/shared-sdk/db';
import type { Cause, Change, Loaded } from '../domain/fold.js';
import type { Alert, Answer, Kind, Payment } from '../domain/model.js';

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

/** An operation that is to be carried out, with what the provider has to know. */
export interface DueOperation extends ProviderCall {
  kind: Kind;
  traceparent: string | null;
}

/** Taken by the executor; `mayCall`: it may be sent again when the provider does not know it. */
export interface TakenOperation extends DueOperation {
  mayCall: boolean;
}

/** How many operations have no outcome. */
export interface OpenOperations {
  all: number;
  /** Authorisations and captures. Voids and refunds undo what is there, and a refused refund waits without an end. */
  ofNewOrders: number;
}

export interface AnsweredOperation {
  operation: DueOperation;
  answer: Answer;
}

/** Payments under lock, by order id. */
export type Locked = Map<string, Loaded>;

export interface Written {
  /** What is to be called now that it is written, as soon as it is committed. */
  due: DueOperation[];
  alerts: { alert: Alert; orderId: string }[];
}

/** The scope of an Idempotency-Key, and the hash of what it stands for. */
export interface Once {
  userId: string;
  route: string;
  key: string;
  bodyHash: string;
}

/** What a provider's webhook is worth: a hint that asking now may tell something. What else it says is not believed. */
export interface Webhook {
  provider: string;
  /** The provider's own id of the event: the same one may be delivered many times. */
  eventId: string;
  operationId: string;
}

export interface Payments {
  lock(tx: Tx, orderIds: readonly string[]): Promise<Locked>;
  /** Folds the causes over the locked payments and queues the writes. Throws NotYetVisible for what is not there. */
  changeMany(tx: Tx, locked: Locked, causes: ReadonlyMap<string, Cause[]>): Written;
  /** Step C, for all the answers in one transaction. */
  settle(answers: readonly AnsweredOperation[]): Promise<Written>;
  /** Changes one payment at most once a key; a repetition gets the response of the first time and changes nothing. */
  changeOnce<R extends object>(
    once: Once,
    paymentId: string,
    decide: (payment: Payment | undefined) => Cause,
    respond: (change: Change) => R,
  ): Promise<{ response: R; due: DueOperation[] }>;
  /** Takes operations whose lease or pause is over, under a new lease; no two callers get the same. */
  takeDue(most: number): Promise<TakenOperation[]>;
  countOpen(): Promise<OpenOperations>;
  /** Makes the operation due now, once for each event; the executor then asks the provider. */
  nudge(webhook: Webhook): Promise<void>;
}

export interface Ports {
  payments: Payments;
  provider: PaymentProvider;
}
