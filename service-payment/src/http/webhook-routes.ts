import { problem, type Routes } from '@msa-event-market/shared-sdk/http';
import { errors } from '../domain/errors.js';
import type { Payments } from '../use-cases/ports.js';
import { webhookEvent } from './schemas.js';

/** Providers tell here that something has happened; what it was is asked of them (row 26 of the payment table). */
export const webhookRoutes =
  ({
    payments,
    verify,
  }: {
    payments: Pick<Payments, 'nudge'>;
    /** Throws INVALID_SIGNATURE. */
    verify: (body: Buffer | undefined, signature: unknown) => void;
  }): Routes =>
  (app) => {
    app.post(
      '/v1/webhooks/sandbox',
      {
        config: { rawBody: true },
        // Before the body is looked at: only the provider learns what is wrong with it.
        preValidation: async ({ rawBody, headers }) => verify(rawBody, headers['sandbox-signature']),
        schema: {
          operationId: 'receiveSandboxEvent',
          summary: 'An event of the sandbox provider, signed in Sandbox-Signature',
          tags: ['webhooks'],
          body: webhookEvent,
          response: problem(errors.INVALID_SIGNATURE()),
        },
      },
      async ({ body: { id, key } }, reply) => {
        await payments.nudge({ provider: 'sandbox', eventId: id, operationId: key });
        return reply.code(204).send();
      },
    );
  };
