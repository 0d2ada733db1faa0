import type { Goal, Kind, Operation, OperationStatus, Payment, Status } from '../domain/model.js';

export interface PaymentRow {
  id: string;
  order_id: string;
  user_id: string;
  amount: number | null;
  currency: string | null;
  method: string | null;
  expires_at: Date | null;
  goal: Goal;
  status: Status;
  captured: number;
  refunded: number;
  refunding: number;
  version: number;
  /** Of the transaction, in database time. */
  now: Date;
}

export interface OperationRow {
  id: string;
  payment_id: string;
  kind: Kind;
  amount: number;
  status: OperationStatus;
  attempts: number;
  requested_by: string | null;
  traceparent: string | null;
  called_at: Date;
  created_at: Date;
}

export const paymentColumns = `p.id, p.order_id, p.user_id, p.amount, p.currency, p.method, p.expires_at, p.goal,
  p.status, p.captured, p.refunded, p.refunding, p.version, now() AS now`;

export const operationColumns = `o.id, o.payment_id, o.kind, o.amount, o.status, o.attempts, o.requested_by,
  o.traceparent, o.called_at, o.created_at`;

// Field by field: taking a row apart with a rest pattern costs ten times as much, and this is done for every order.
export const paymentOf = (row: PaymentRow): Payment => ({
  id: row.id,
  orderId: row.order_id,
  userId: row.user_id,
  amount: row.amount,
  currency: row.currency,
  method: row.method,
  expiresAt: row.expires_at,
  goal: row.goal,
  status: row.status,
  captured: row.captured,
  refunded: row.refunded,
  refunding: row.refunding,
  version: row.version,
});

export const operationOf = (row: OperationRow): Operation => ({
  id: row.id,
  kind: row.kind,
  amount: row.amount,
  status: row.status,
  attempts: row.attempts,
  requestedBy: row.requested_by,
  calledAt: row.called_at,
  createdAt: row.created_at,
});
