// Generated from proto/market/payment/v1/payment.proto by `npm run proto`: do not edit.

import type { Money } from '../../common/v1/common.js';

/** What the provider has done for a payment so far. */
export type PaymentStatus =
  | 'PAYMENT_STATUS_UNSPECIFIED'
  | 'PAYMENT_STATUS_NEW'
  | 'PAYMENT_STATUS_AUTHORIZED'
  | 'PAYMENT_STATUS_CAPTURED'
  | 'PAYMENT_STATUS_DECLINED'
  | 'PAYMENT_STATUS_CANCELLED'
  | 'PAYMENT_STATUS_VOIDED'
  | 'PAYMENT_STATUS_REFUNDED';

/** What the provider was asked to do. */
export type OperationKind =
  | 'OPERATION_KIND_UNSPECIFIED'
  | 'OPERATION_KIND_AUTHORIZE'
  | 'OPERATION_KIND_CAPTURE'
  | 'OPERATION_KIND_VOID'
  | 'OPERATION_KIND_REFUND';

/** What became of an operation. */
export type OperationStatus =
  | 'OPERATION_STATUS_UNSPECIFIED'
  | 'OPERATION_STATUS_PENDING'
  | 'OPERATION_STATUS_UNKNOWN'
  | 'OPERATION_STATUS_DONE'
  | 'OPERATION_STATUS_FAILED'
  | 'OPERATION_STATUS_ABANDONED';

/** One request to the provider. */
export interface Operation {
  /** UUIDv7; also the provider's idempotency key. */
  id: string;
  /** What was asked. */
  kind: OperationKind;
  /** Of how much, in the payment's currency. */
  amount: number;
  /** What became of it. */
  status: OperationStatus;
  /** How often the provider was asked. */
  attempts: number;
  /** The admin who asked for it; missing when the order did. */
  requestedBy?: string;
  /** Why it was refused. */
  reason?: string;
  /** RFC 3339, UTC. */
  createdAt: string;
  /** RFC 3339, UTC. */
  updatedAt: string;
}

/** The payment of an order. */
export interface Payment {
  /** UUIDv7. */
  id: string;
  /** The order it pays. */
  orderId: string;
  /** The payer. */
  userId: string;
  /** What is to be paid; missing when the order was cancelled before it asked. */
  amount?: Money;
  /** How it is paid. */
  method?: string;
  /** What the provider has done so far. */
  status: PaymentStatus;
  /** How much has moved, in minor units. */
  captured: number;
  /** How much was paid back. */
  refunded: number;
  /** How much is being paid back. */
  refunding: number;
  /** The requests to the provider, the first one first. */
  operations: Operation[];
  /** RFC 3339, UTC. */
  createdAt: string;
  /** RFC 3339, UTC. */
  updatedAt: string;
}

/** One movement of money: it carries both sides, so the ledger sums to zero. */
export interface LedgerEntry {
  /** The operation that moved it. */
  operationId: string;
  /** The payment it belongs to. */
  paymentId: string;
  /** The account that is debited. */
  debit: string;
  /** The account that is credited. */
  credit: string;
  /** How much. */
  amount: Money;
  /** RFC 3339, UTC. */
  at: string;
}

/** What an account holds in one currency. */
export interface Balance {
  /** Debits less credits, in minor units. */
  amount: number;
  /** ISO 4217, three capital letters. */
  currency: string;
}

/** Asks for one payment: by its own id or by the order's. */
export interface GetPaymentRequest {
  /** The payment's id. */
  id?: string;
  /** The order's id. */
  orderId?: string;
}

/** One payment. */
export interface GetPaymentResponse {
  /** As it is now. */
  payment: Payment;
}

/** Asks for a page of payments. */
export interface ListPaymentRequest {
  /** Only that of this order. */
  orderId?: string;
  /** Only those in this status. */
  status: PaymentStatus;
  /** 1 to 100; 0 stands for 50. */
  limit: number;
  /** Where the last page ended; empty for the first. */
  cursor: string;
}

/** A page of payments. */
export interface ListPaymentResponse {
  /** The latest first. */
  payments: Payment[];
  /** How many at most. */
  limit: number;
  /** For the next page; missing on the last. */
  nextCursor?: string;
}

/** Asks to pay back. */
export interface RefundPaymentRequest {
  /** Chosen by the caller, 1 to 128 characters: the same key gives the same refund, for 24 hours. */
  idempotencyKey: string;
  /** The payment's id. */
  id: string;
  /** How much, in minor units; at most what was captured and not yet paid back. */
  amount: number;
}

/** The refund has begun. */
export interface RefundPaymentResponse {
  /** The operation that pays back. */
  refund: Operation;
}

/** Asks for the entries of an account. */
export interface ListLedgerRequest {
  /** Such as `sales`; empty for all. */
  account: string;
  /** 1 to 100; 0 stands for 50. */
  limit: number;
  /** Where the last page ended; empty for the first. */
  cursor: string;
}

/** A page of the ledger. */
export interface ListLedgerResponse {
  /** The latest first. */
  entries: LedgerEntry[];
  /** What the account holds, one for each currency; empty when no account was named. */
  balances: Balance[];
  /** How many at most. */
  limit: number;
  /** For the next page; missing on the last. */
  nextCursor?: string;
}

/** Payments. The same rules as REST; the access token travels in the metadata `authorization`. */
export interface PaymentService {
  /** Reads a payment with its operations. For its payer and admins. */
  GetPayment: { request: GetPaymentRequest; response: GetPaymentResponse };
  /** Lists the caller's payments; an admin sees all. */
  ListPayment: { request: ListPaymentRequest; response: ListPaymentResponse };
  /** Pays a part or all of a captured payment back. For admins. The same idempotency key gives the same refund. */
  RefundPayment: { request: RefundPaymentRequest; response: RefundPaymentResponse };
  /** Lists the entries of an account and its balance. For admins. */
  ListLedger: { request: ListLedgerRequest; response: ListLedgerResponse };
}
