export type Goal = 'AUTHORIZE' | 'CAPTURE' | 'CANCEL';
export type Status = 'NEW' | 'AUTHORIZED' | 'CAPTURED' | 'DECLINED' | 'CANCELLED' | 'VOIDED' | 'REFUNDED';

export interface Payment {
  id: string;
  orderId: string;
  /** The payer. */
  userId: string;
  /** These four are null on a tombstone: a cancellation that came before its request. */
  amount: number | null;
  currency: string | null;
  method: string | null;
  expiresAt: Date | null;
  /** What the order wants. It only moves forwards: AUTHORIZE, CAPTURE, CANCEL. */
  goal: Goal;
  /** What the provider has done so far. */
  status: Status;
  captured: number;
  refunded: number;
  /** The sum of the open refunds. */
  refunding: number;
  /** The number of messages this payment has written to its topic. */
  version: number;
}

/** A payment that was asked for, so not a tombstone. */
export type Agreed = Payment & { amount: number; currency: string; method: string; expiresAt: Date };

export type Kind = 'authorize' | 'capture' | 'void' | 'refund';
export type OperationStatus = 'PENDING' | 'UNKNOWN' | 'DONE' | 'FAILED' | 'ABANDONED';

export interface Operation {
  /** Also the provider's idempotency key. */
  id: string;
  kind: Kind;
  amount: number;
  status: OperationStatus;
  /** How often the provider was asked, the first call included. */
  attempts: number;
  /** The admin who asked for it (a partial refund); null when the order did. */
  requestedBy: string | null;
  /** When the provider was last called, or at least may have been. */
  calledAt: Date;
  createdAt: Date;
}

export interface NewOperation {
  kind: Kind;
  amount: number;
  /** DONE: the provider did it without being asked by this operation (row 17). */
  status: 'PENDING' | 'DONE';
  requestedBy: string | null;
  /** Seconds until the executor calls; undefined: whoever writes it calls at once. */
  after?: number;
}

/** What became of an operation. `dueIn`: seconds until somebody asks the provider again; null: never. */
export interface Settlement {
  id: string;
  status: OperationStatus;
  dueIn: number | null;
  reason?: string;
  providerRef?: string;
}

/** What the provider says of one operation; `absent`: it does not know it; `unknown`: nobody can tell yet. */
export type Answer =
  | { result: 'done'; providerRef: string }
  | { result: 'refused'; reason: string }
  | { result: 'absent' }
  | { result: 'unknown'; reason: string };

export interface OrderTriggers {
  OrderPaymentRequested: {
    type: 'OrderPaymentRequested';
    paymentId: string;
    orderId: string;
    userId: string;
    amount: number;
    currency: string;
    method: string;
    expiresAt: Date;
  };
  OrderConfirmed: { type: 'OrderConfirmed' };
  /** An OrderCancelling whose `compensate` names the payment. */
  OrderCancelling: { type: 'OrderCancelling'; paymentId: string; orderId: string; userId: string };
  RefundRequested: { type: 'RefundRequested'; amount: number; by: string };
}
/** `at` is database time. */
export interface Answered {
  type: 'Answered';
  operationId: string;
  answer: Answer;
  at: Date;
}
/** A provider's webhook: a hint to look at the operation, not news of it. */
export interface Nudged {
  type: 'Nudged';
  operationId: string;
}
export type Trigger = OrderTriggers[keyof OrderTriggers] | Answered | Nudged;

/** The payload lacks orderId and paymentId, which every message has. */
export interface PaymentMessage {
  type:
    | 'PaymentAuthorized'
    | 'PaymentDeclined'
    | 'PaymentCaptured'
    | 'PaymentCaptureFailed'
    | 'PaymentCancelled'
    | 'PaymentRefunded'
    | 'PaymentRefundFailed';
  payload: Record<string, unknown>;
}

export type Alert = 'late_success' | 'refund_keeps_failing';

export interface Reaction {
  /** Row of the specification's table; 0 when it has none for this: nothing changes. */
  row: number;
  /** Undefined only when there was none and the trigger makes none (rows 0, 28). */
  payment: Payment | undefined;
  settled: Settlement[];
  added: NewOperation[];
  messages: PaymentMessage[];
  alert?: Alert;
}
