import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, uuidv7 } from '@msa-event-market/shared-sdk/db';
import { createLogger } from '@msa-event-market/shared-sdk/logging';
import { deliver, message, type TestDatabase, testDatabase } from '@msa-event-market/shared-sdk/testing';
import { ordersConsumer } from '../src/consumers/orders.js';
import { paymentRepository } from '../src/db/payment-repository.js';
import { sandboxBook } from '../src/providers/sandbox/book.js';
import { sandboxProvider } from '../src/providers/sandbox/sandbox-provider.js';
import { executeDue } from '../src/use-cases/execute-due.js';
import type { PaymentProvider, Payments } from '../src/use-cases/ports.js';
import { refundPayment } from '../src/use-cases/refund-payment.js';
import { runOperations } from '../src/use-cases/run-operations.js';
import { settleOperations } from '../src/use-cases/settle-operations.js';

export const logger = createLogger({ name: 'test', format: 'json', level: 'silent' });

/** The databases of a test file: ours and the provider's. */
export interface Databases extends TestDatabase {
  sandbox: TestDatabase;
}

export async function paymentDatabases(): Promise<Databases> {
  const [payment, sandbox] = await Promise.all([
    testDatabase({
      service: 'payment',
      schema: 'payment',
      migrations: new URL('../migrations', import.meta.url),
    }),
    testDatabase({
      service: 'sandbox',
      schema: 'sandbox',
      migrations: new URL('../migrations-sandbox', import.meta.url),
    }),
  ]);
  return {
    ...payment,
    sandbox,
    async drop() {
      await Promise.all([payment.drop(), sandbox.drop()]);
    },
  };
}

/** Where a process dies: nothing of it goes on from there, but what it has committed stays. */
export type Death = 'before B' | 'in B, the call lost' | 'before C' | undefined;

const never = new Promise<never>(() => {});

/** One process of service-payment, without its wires. Several may share the databases. */
export function paymentProcess(
  databases: { db: Database; sandbox: { db: Database } },
  {
    dies,
    timeoutSeconds = 10,
    leaseSeconds = 30,
    provider = sandboxProvider(sandboxBook(databases.sandbox.db)),
  }: { dies?: Death; timeoutSeconds?: number; leaseSeconds?: number; provider?: PaymentProvider } = {},
) {
  const { db } = databases;
  const payments: Payments = paymentRepository(db, { leaseSeconds });
  const settle = settleOperations({ payments, logger });
  const operations = runOperations({
    provider: dies === 'in B, the call lost' ? deaf(provider) : provider,
    settle: dies ? () => never : settle,
    timeoutSeconds,
    logger,
  });
  const living = dies === 'before B' ? { ...operations, run: () => {} } : operations;
  const pressure = { room: () => undefined, count: async () => {} };
  const consumer = ordersConsumer({ payments, operations: living, pressure });
  const execute = executeDue({ payments, operations, most: 1_000 });
  return {
    payments,
    provider,
    operations,
    settle,
    refund: refundPayment({ payments, operations: living }),
    deliver: (...messages: Parameters<typeof deliver>[2]) => deliver(db, consumer, messages),
    /** Delivers and waits until everything that follows has happened. */
    async handle(...messages: Parameters<typeof deliver>[2]) {
      await deliver(db, consumer, messages);
      await operations.idle();
    },
    async execute() {
      await execute();
      await operations.idle();
    },
  };
}

const deaf = (provider: PaymentProvider): PaymentProvider => ({
  ...provider,
  authorize: () => never,
  capture: () => never,
  void: () => never,
  refund: () => never,
});

/** Enough of service-order to send the events of one order. */
export function order({ amount = 100, method = 'pm_card_visa', expiresIn = 900 } = {}) {
  const [id, userId] = [uuidv7(), uuidv7()];
  let version = 0;
  const event = (type: string, payload: object = {}) =>
    message(type, { orderId: id, userId, ...payload }, { topic: 'order', key: id, version: ++version });
  const expiresAt = new Date(Date.now() + expiresIn * 1000).toISOString();
  return {
    id,
    userId,
    requested: () => event('OrderPaymentRequested', { amount, currency: 'EUR', method, expiresAt }),
    confirmed: () => event('OrderConfirmed'),
    cancelling: (compensate = ['stock', 'payment']) =>
      event('OrderCancelling', { compensate, outcome: 'CANCELLED', reason: 'BUYER' }),
  };
}

/** Reads what is on disk about orders. */
export function look({ admin, sandbox }: Databases) {
  const rows = async <R>(text: string, ...values: unknown[]): Promise<R[]> =>
    (await admin.query<R>({ text, values })).rows;
  return {
    async payment(orderId: string) {
      const [row] = await rows<
        Record<string, unknown> & { id: string; status: string; goal: string; version: number }
      >('SELECT * FROM payment.payment WHERE order_id = $1', orderId);
      return row;
    },
    operations: (orderId: string) =>
      rows<{
        id: string;
        kind: string;
        status: string;
        attempts: number;
        next_attempt_at: Date | null;
        reason: string;
      }>(
        `SELECT o.* FROM payment.operation o JOIN payment.payment p ON p.id = o.payment_id
         WHERE p.order_id = $1 ORDER BY o.created_at, o.id`,
        orderId,
      ),
    async operation(orderId: string) {
      const [first] = await this.operations(orderId);
      if (!first) throw new Error('no operation');
      return first;
    },
    /** `capture: DONE`, in the order in which they were asked for. */
    async steps(orderId: string) {
      return (await this.operations(orderId)).map(({ kind, status }) => `${kind}: ${status}`);
    },
    messages: (orderId: string) =>
      rows<{ type: string; version: number; payload: Record<string, unknown>; traceparent: string | null }>(
        `SELECT type, version, payload, traceparent FROM payment.outbox
         WHERE aggregatetype = 'payment' AND aggregateid = $1 ORDER BY version`,
        orderId,
      ),
    async said(orderId: string) {
      return (await this.messages(orderId)).map(({ type }) => type);
    },
    ledger: (orderId: string) =>
      rows<{ debit: string; credit: string; amount: number }>(
        `SELECT l.debit, l.credit, l.amount FROM payment.ledger l JOIN payment.operation o ON o.id = l.operation_id
         JOIN payment.payment p ON p.id = o.payment_id WHERE p.order_id = $1 ORDER BY l.entry`,
        orderId,
      ),
    /** The entries of the provider's book: `capture done 100`. */
    async book(orderId: string) {
      const { rows: entries } = await sandbox.admin.query<{ kind: string; outcome: string; amount: number }>({
        text: 'SELECT kind, outcome, amount FROM sandbox.book WHERE order_id = $1 ORDER BY created_at, key',
        values: [orderId],
      });
      return entries.map(({ kind, outcome, amount }) => `${kind} ${outcome} ${amount}`);
    },
    /** Lets leases and pauses run out. */
    async passTime(orderId: string, seconds = 400) {
      await rows(
        `UPDATE payment.operation SET next_attempt_at = next_attempt_at - make_interval(secs => $2),
           called_at = called_at - make_interval(secs => $2), created_at = created_at - make_interval(secs => $2)
         WHERE payment_id = (SELECT id FROM payment.payment WHERE order_id = $1)`,
        orderId,
        seconds,
      );
    },
    async expire(orderId: string) {
      await rows(
        `UPDATE payment.payment SET expires_at = now() - interval '1 s' WHERE order_id = $1`,
        orderId,
      );
    },
  };
}

export async function eventually(check: () => Promise<void>, withinMs = 5_000): Promise<void> {
  const until = Date.now() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > until) throw error;
      await sleep(20);
    }
  }
}
