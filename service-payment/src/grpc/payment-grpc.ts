import { AppError } from '@msa-event-market/shared-sdk/errors';
import { type GrpcService, grpcService, parseRequest } from '@msa-event-market/shared-sdk/grpc';
import { bodyHash, cut } from '@msa-event-market/shared-sdk/http';
import type { LedgerReads } from '../db/read-ledger.js';
import type { PaymentReads } from '../db/read-payments.js';
import { visibleTo } from '../domain/visible-to.js';
import type { Refund, RefundRequest } from '../use-cases/refund-payment.js';
import {
  balanceMessage,
  ledgerEntryMessage,
  ledgerRequest,
  operationMessage,
  paymentListRequest,
  paymentMessage,
  paymentRequest,
  refundRequest,
} from './messages.js';

/** The same use cases and the same rules as REST, on the other wire. */
export const paymentGrpc = ({
  reads,
  ledgerReads,
  refund,
}: {
  reads: PaymentReads;
  ledgerReads: LedgerReads;
  refund: (request: RefundRequest) => Promise<Refund>;
}): GrpcService =>
  grpcService('market.payment.v1.PaymentService', {
    async GetPayment(request, call) {
      const by = call.principal();
      const { id, orderId } = parseRequest(paymentRequest, request);
      const found = id ? await reads.byId(id) : await reads.byOrder(orderId as string);
      return { payment: paymentMessage(visibleTo(by, found)) };
    },

    async ListPayment(request, call) {
      const { role, userId } = call.principal();
      const { limit, cursor, ...filter } = parseRequest(paymentListRequest, request);
      const mine = role === 'admin' ? undefined : userId;
      const rows = await reads.list({ ...filter, userId: mine, before: cursor }, limit + 1);
      const { items, nextCursor } = cut(rows, limit, ({ id }) => id);
      return { payments: items.map(paymentMessage), limit, nextCursor };
    },

    async RefundPayment(request, call) {
      const by = call.principal();
      const { id: paymentId, amount, idempotencyKey: key } = parseRequest(refundRequest, request);
      const hash = bodyHash({ paymentId, amount });
      return { refund: operationMessage(await refund({ paymentId, amount, by, key, bodyHash: hash })) };
    },

    async ListLedger(request, call) {
      if (call.principal().role !== 'admin') throw new AppError('FORBIDDEN', 'forbidden', 'Only for admins.');
      const { account, limit, cursor } = parseRequest(ledgerRequest, request);
      const page = await ledgerReads.page({ account, before: cursor }, limit + 1);
      const { items, nextCursor } = cut(page.entries, limit, ({ entry }) => entry);
      const balances = page.balances.flatMap(balanceMessage);
      return { entries: items.map(ledgerEntryMessage), balances, limit, nextCursor };
    },
  });
