import type { TokenVerifier } from '@msa-event-market/shared-sdk/auth';
import { connectDatabase } from '@msa-event-market/shared-sdk/db';
import { createLogger } from '@msa-event-market/shared-sdk/logging';
import { createService, type Service } from '@msa-event-market/shared-sdk/service';
import type { Config } from './config.js';
import { ordersConsumer } from './consumers/orders.js';
import { forgetOld } from './db/forget-old.js';
import { paymentRepository } from './db/payment-repository.js';
import { ledgerReads } from './db/read-ledger.js';
import { paymentReads } from './db/read-payments.js';
import { paymentGrpc } from './grpc/payment-grpc.js';
import { ledgerRoutes } from './http/ledger-routes.js';
import { paymentRoutes } from './http/payment-routes.js';
import { webhookRoutes } from './http/webhook-routes.js';
import { sandboxBook } from './providers/sandbox/book.js';
import { sandboxProvider } from './providers/sandbox/sandbox-provider.js';
import { verifySignature } from './providers/sandbox/webhook-signature.js';
import { backPressure } from './use-cases/back-pressure.js';
import { executeDue } from './use-cases/execute-due.js';
import type { Ports } from './use-cases/ports.js';
import { refundPayment } from './use-cases/refund-payment.js';
import { runOperations } from './use-cases/run-operations.js';
import { settleOperations } from './use-cases/settle-operations.js';

/** What a test may replace. */
export interface Replaced extends Partial<Ports> {
  verifier?: TokenVerifier;
}

/** Every dependency in sight. */
export async function buildApp(config: Config, { verifier, ...replaced }: Replaced = {}): Promise<Service> {
  const logger = createLogger({
    name: 'payment',
    format: config.LOG_FORMAT,
    level: config.LOG_LEVEL,
  });
  const db = connectDatabase({
    url: config.DATABASE_URL,
    replicaUrl: config.DATABASE_REPLICA_URL,
    poolSize: config.DATABASE_POOL_SIZE,
  });
  const sandbox = connectDatabase({
    url: config.SANDBOX_DATABASE_URL,
    poolSize: 4,
    onError: (err) => logger.warn({ err }, 'a connection to the book of the sandbox was lost'),
  });

  const { payments, provider }: Ports = {
    payments: paymentRepository(db, { leaseSeconds: config.OPERATION_LEASE_SECONDS }),
    provider: sandboxProvider(sandboxBook(sandbox)),
    ...replaced,
  };
  const most = config.MAX_OPEN_OPERATIONS;
  const operations = runOperations({
    provider,
    settle: settleOperations({ payments, logger }),
    timeoutSeconds: config.PROVIDER_TIMEOUT_SECONDS,
    logger,
  });
  const pressure = backPressure({ payments, operations, most });
  const refund = refundPayment({ payments, operations });
  const [reads, ledger] = [paymentReads(db), ledgerReads(db)];
  const secret = config.SANDBOX_WEBHOOK_SECRET;
  const webhooks = secret
    ? [webhookRoutes({ payments, verify: (body, signature) => verifySignature(body, signature, secret) })]
    : [];

  return createService(config, {
    name: 'payment',
    logger,
    db,
    verifier,
    openapi: {
      title: 'service-payment',
      description: 'Payments, refunds and the ledger',
    },
    http: [paymentRoutes({ reads, refund }), ledgerRoutes({ ledgerReads: ledger }), ...webhooks],
    grpc: [paymentGrpc({ reads, ledgerReads: ledger, refund })],
    consumers: [ordersConsumer({ payments, operations, pressure })],
    every: [
      {
        name: 'execute due operations',
        seconds: config.EXECUTE_DUE_SECONDS,
        run: executeDue({ payments, operations, most }),
      },
      { name: 'count open operations', seconds: 1, run: pressure.count },
      { name: 'forget idempotency keys and webhooks', seconds: 3_600, run: forgetOld(db) },
    ],
    // What the provider answers in the time that is left is settled; a slower call is left to its lease.
    onStop: [operations.idle, sandbox.close],
  });
}
