import { cursorPage, uuid } from '@msa-event-market/shared-sdk/http';
import { z } from 'zod';
import type { Balance, LedgerEntry } from '../db/read-ledger.js';
import type { OperationView, PaymentView } from '../db/read-payments.js';
import type { Kind, OperationStatus, Status } from '../domain/model.js';
import { ledgerPage, newRefund, paymentsPage } from '../http/schemas.js';

// Ranges and shapes are those of REST; only what the wire writes otherwise stands here.

const limit = z
  .int()
  .min(0)
  .max(100)
  .transform((limit) => limit || 50); // proto3 cannot tell 0 from nothing
const text = z.string().transform((text) => text || undefined);

export const paymentRequest = z
  .object({ id: uuid.optional(), orderId: uuid.optional() })
  .refine(({ id, orderId }) => (id === undefined) !== (orderId === undefined), 'needs an id or an orderId');

export const paymentListRequest = z.object({
  orderId: uuid.optional(),
  status: z
    .string()
    .transform((name) =>
      name === 'PAYMENT_STATUS_UNSPECIFIED' ? undefined : name.replace('PAYMENT_STATUS_', ''),
    )
    .pipe(paymentsPage.shape.status),
  limit,
  cursor: text.pipe(cursorPage(z.uuid()).shape.cursor),
});

export const refundRequest = newRefund.extend({
  id: uuid,
  idempotencyKey: z
    .string()
    .regex(/^[\w.:-]{1,128}$/, 'must have 1 to 128 letters, digits, dots, colons, dashes or underscores'),
});

export const ledgerRequest = z.object({
  account: text.pipe(ledgerPage.shape.account),
  limit,
  cursor: text.pipe(ledgerPage.shape.cursor),
});

type Upper<K extends Kind> = Uppercase<K>;

export const operationMessage = ({ kind, status, providerRef: _, ...operation }: OperationView) => ({
  ...operation,
  kind: `OPERATION_KIND_${kind.toUpperCase() as Upper<typeof kind>}` as const,
  status: `OPERATION_STATUS_${status satisfies OperationStatus}` as const,
});

export const paymentMessage = ({ status, operations, ...payment }: PaymentView) => ({
  ...payment,
  status: `PAYMENT_STATUS_${status satisfies Status}` as const,
  operations: operations.map(operationMessage),
});

export const ledgerEntryMessage = ({ entry: _, ...message }: LedgerEntry) => message;

/** What passes 2^53 - 1 is left out: our clients read an int64 as a number and would round it without a word. */
export const balanceMessage = ({ amount, currency }: Balance) =>
  Number.isSafeInteger(Number(amount)) ? [{ amount: Number(amount), currency }] : [];
