import { cursorMetadata, cursorPage, money, uuid } from '@msa-event-market/shared-sdk/http';
import { z } from 'zod';
import { accounts } from '../domain/ledger.js';

const amount = z
  .int()
  .min(0)
  .meta({ description: 'Minor units, such as cents', examples: [1999] });
const time = z.iso.datetime();

export const operation = z
  .object({
    id: z.uuid().meta({ description: "Also the provider's idempotency key" }),
    kind: z.enum(['authorize', 'capture', 'void', 'refund']),
    amount,
    status: z.enum(['PENDING', 'UNKNOWN', 'DONE', 'FAILED', 'ABANDONED']),
    attempts: z.int().meta({ description: 'How often the provider was asked' }),
    requestedBy: z.uuid().nullable().meta({ description: 'The admin who asked for it; null: the order did' }),
    reason: z.string().nullable().meta({ description: 'Why it was refused, or why its outcome is unknown' }),
    providerRef: z.string().nullable(),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Operation' });

const status = z.enum(['NEW', 'AUTHORIZED', 'CAPTURED', 'DECLINED', 'CANCELLED', 'VOIDED', 'REFUNDED']);

export const payment = z
  .object({
    id: z.uuid(),
    orderId: z.uuid(),
    userId: z.uuid().meta({ description: 'The payer' }),
    amount: money.nullable().meta({ description: 'null: the order was cancelled before it asked for money' }),
    method: z.string().nullable(),
    status,
    captured: amount,
    refunded: amount,
    refunding: amount,
    operations: z.array(operation),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Payment' });

export const paymentsPage = cursorPage(z.uuid()).extend({
  orderId: uuid.optional(),
  status: status.optional(),
});
export const paymentList = z
  .object({ payments: z.array(payment), metadata: cursorMetadata })
  .meta({ id: 'PaymentList' });

export const newRefund = z
  .strictObject({
    amount: z
      .int()
      .min(1)
      .meta({ examples: [500] }),
  })
  .meta({ id: 'NewRefund' });

const ledgerEntry = z
  .object({
    entry: z.int().meta({ description: 'Counts the entries of the ledger' }),
    operationId: z.uuid(),
    paymentId: z.uuid(),
    debit: z.string(),
    credit: z.string(),
    amount: money,
    at: time,
  })
  .meta({ id: 'LedgerEntry' });

const balance = z
  .object({
    amount: z.string().meta({
      description: 'Debits less credits in minor units; text, since it may pass 2^53 - 1',
      examples: ['-1999'],
    }),
    currency: z.string(),
  })
  .meta({ id: 'Balance' });

export const ledgerPage = cursorPage(z.int().positive()).extend({ account: z.enum(accounts).optional() });
export const ledger = z
  .object({
    entries: z.array(ledgerEntry),
    balances: z.array(balance).meta({
      description: 'Of the account, on its first page; empty with a cursor, or when no account was named',
    }),
    metadata: cursorMetadata,
  })
  .meta({ id: 'Ledger' });

export const webhookEvent = z
  .object({
    id: z.uuid().meta({ description: 'Of the event: a second delivery of it changes nothing' }),
    key: z.uuid().meta({ description: 'The idempotency key of the operation that it is about' }),
  })
  .meta({ id: 'SandboxEvent' });
