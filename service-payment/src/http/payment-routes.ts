import {
  bodyHash,
  cut,
  idempotencyKey,
  problem,
  type Routes,
  signedIn,
  signedInAs,
  uuid,
} from '@msa-event-market/shared-sdk/http';
import { z } from 'zod';
import type { PaymentReads } from '../db/read-payments.js';
import { errors } from '../domain/errors.js';
import { visibleTo } from '../domain/visible-to.js';
import type { Refund, RefundRequest } from '../use-cases/refund-payment.js';
import { newRefund, operation, payment, paymentList, paymentsPage } from './schemas.js';

const tags = ['payments'];
const params = z.object({ id: uuid });

export const paymentRoutes =
  ({ reads, refund }: { reads: PaymentReads; refund: (request: RefundRequest) => Promise<Refund> }): Routes =>
  (app) => {
    app.get(
      '/v1/payments',
      {
        preHandler: signedIn,
        schema: {
          operationId: 'listPayments',
          summary: 'My payments, the latest first; an admin sees those of everybody',
          tags,
          querystring: paymentsPage,
          response: { 200: paymentList },
        },
      },
      async ({ principal, query: { limit, cursor, ...filter } }) => {
        const userId = principal.role === 'admin' ? undefined : principal.userId;
        const rows = await reads.list({ ...filter, userId, before: cursor }, limit + 1);
        const { items, nextCursor } = cut(rows, limit, ({ id }) => id);
        return { payments: items, metadata: { limit, nextCursor } };
      },
    );

    app.get(
      '/v1/payments/:id',
      {
        preHandler: signedIn,
        schema: {
          operationId: 'getPayment',
          summary: 'A payment with what the provider was asked to do, for its payer and admins',
          tags,
          params,
          response: { 200: payment, ...problem(errors.NOT_FOUND_PAYMENT()) },
        },
      },
      async ({ principal, params: { id } }) => visibleTo(principal, await reads.byId(id)),
    );

    app.post(
      '/v1/payments/:id/refunds',
      {
        preHandler: signedInAs('admin'),
        schema: {
          operationId: 'refundPayment',
          summary: 'Pay a part of a captured payment back; the same Idempotency-Key gives the same refund',
          tags,
          params,
          body: newRefund,
          response: {
            201: operation,
            ...problem(
              'FORBIDDEN',
              errors.NOT_FOUND_PAYMENT(),
              errors.INVALID_PAYMENT_STATE(),
              errors.REFUND_EXCEEDS_CAPTURED(0),
              'IDEMPOTENCY_KEY_MISSING',
              'IDEMPOTENCY_KEY_INVALID',
              errors.IDEMPOTENCY_KEY_REUSED(),
              errors.IDEMPOTENCY_KEY_IN_FLIGHT(),
            ),
          },
        },
      },
      async (request, reply) => {
        const paymentId = request.params.id;
        const { amount } = request.body;
        const refunded = await refund({
          paymentId,
          amount,
          by: request.principal,
          key: idempotencyKey(request),
          bodyHash: bodyHash({ paymentId, amount }),
        });
        return reply.code(201).header('location', `/v1/payments/${paymentId}`).send(refunded);
      },
    );
  };
