import { type Database, statement, type Tx, uuidv7 } from '@msa-event-market/shared-sdk/db';
import { NotYetVisible } from '@msa-event-market/shared-sdk/events';
import { type Cause, type Change, fold, type Loaded } from '../domain/fold.js';
import type { Agreed, Payment, Trigger } from '../domain/model.js';
import type { AnsweredOperation, DueOperation, Locked, Once, Payments, Written } from '../use-cases/ports.js';
import { dueOf, dueOperations } from './due-operations.js';
import { claim, inFlight, remember } from './idempotency.js';
import {
  type OperationRow,
  operationColumns,
  operationOf,
  type PaymentRow,
  paymentColumns,
  paymentOf,
} from './rows.js';
import { writeChanges } from './write-changes.js';

// Everybody locks payments in the order of their order ids: consumers know no other id.
const lockPayments = statement<PaymentRow>(
  'payment_lock',
  `SELECT ${paymentColumns} FROM payment p WHERE order_id = ANY($1::uuid[]) ORDER BY order_id FOR UPDATE`,
);

// A statement of its own, not a join of the one above: that one, once it has waited for a lock, sees the new row of
// the payment but the operations as they were when it began, and one that was settled meanwhile would look open for
// ever. Pipelined behind it, this one begins when the locks are held.
const readOperations = statement<OperationRow>(
  'operation_read',
  `SELECT ${operationColumns} FROM operation o JOIN payment p ON p.id = o.payment_id
   WHERE p.order_id = ANY($1::uuid[])`,
);

const orderOf = statement<{ order_id: string }>(
  'payment_order',
  'SELECT order_id FROM payment WHERE id = $1',
);

const enterWebhook = statement(
  'webhook_insert',
  'INSERT INTO webhook (provider, event_id) VALUES ($1, $2) ON CONFLICT DO NOTHING',
);

const orderOfOperation = statement<{ order_id: string }>(
  'operation_order',
  'SELECT p.order_id FROM operation o JOIN payment p ON p.id = o.payment_id WHERE o.id = $1',
);

/** The only SQL that changes payments: lock, fold the pure rule over what has happened, write. */
export function paymentRepository(db: Database, { leaseSeconds }: { leaseSeconds: number }): Payments {
  async function lock(tx: Tx, orderIds: readonly string[]): Promise<Locked> {
    const ids = [...new Set(orderIds)];
    const locking = tx.query(lockPayments([ids]));
    const reading = tx.query(readOperations([ids]));
    // The time matters for the age of operations only, and a payment that is not there has none.
    const locked: Locked = new Map(
      ids.map((id) => [id, { payment: undefined, operations: [], now: new Date() }]),
    );
    const byPayment = new Map<string, Loaded>();
    for (const row of (await locking).rows) {
      const loaded: Loaded = { payment: paymentOf(row), operations: [], now: row.now };
      locked.set(row.order_id, loaded);
      byPayment.set(row.id, loaded);
    }
    for (const row of (await reading).rows) byPayment.get(row.payment_id)?.operations.push(operationOf(row));
    return locked;
  }

  function changeMany(tx: Tx, locked: Locked, causes: ReadonlyMap<string, Cause[]>): Written {
    const changes: Change[] = [];
    const missing: string[] = [];
    for (const [orderId, ofOrder] of causes) {
      const change = fold(locked.get(orderId) as Loaded, ofOrder, uuidv7);
      // Row 28, a confirmation before the payment: the transaction that wrote it may not be visible yet.
      if (change && !change.rows.includes(28)) changes.push(change);
      else missing.push(orderId);
    }
    if (missing.length > 0) throw new NotYetVisible('payment', missing);
    writeChanges(tx, changes, leaseSeconds);
    return {
      due: changes.flatMap(calledAtOnce),
      alerts: changes.flatMap(({ alerts, payment: { orderId } }) =>
        alerts.map((alert) => ({ alert, orderId })),
      ),
    };
  }

  return {
    ...dueOperations(db, leaseSeconds),
    lock,
    changeMany,

    settle: (answers: readonly AnsweredOperation[]) =>
      db.transaction(async (tx) => {
        const locked = await lock(
          tx,
          answers.map(({ operation }) => operation.orderId),
        );
        const causes = new Map<string, Cause[]>();
        for (const { operation, answer } of answers) {
          const { now: at } = locked.get(operation.orderId) as Loaded;
          const trigger: Trigger = { type: 'Answered', operationId: operation.key, answer, at };
          const ofOrder = causes.get(operation.orderId) ?? [];
          ofOrder.push({ trigger, traceparent: operation.traceparent });
          causes.set(operation.orderId, ofOrder);
        }
        return changeMany(tx, locked, causes);
      }),

    async changeOnce<R extends object>(
      once: Once,
      id: string,
      decide: (payment: Payment | undefined) => Cause,
      respond: (change: Change) => R,
    ) {
      let claimed = false;
      try {
        return await db.transaction(async (tx) => {
          const known = await claim<R>(tx, once);
          claimed = true;
          if (known) return { response: known, due: [] };
          const [row] = (await tx.query(orderOf([id]))).rows;
          const loaded = row && (await lock(tx, [row.order_id])).get(row.order_id);
          const cause = decide(loaded?.payment);
          const change = fold(loaded as Loaded, [cause], uuidv7) as Change;
          writeChanges(tx, [change], leaseSeconds);
          const response = respond(change);
          tx.query(remember(once, response));
          return { response, due: calledAtOnce(change) };
        });
      } catch (error) {
        throw claimed ? error : inFlight(error);
      }
    },

    nudge: ({ provider, eventId, operationId }) =>
      db.transaction(async (tx) => {
        const { rowCount } = await tx.query(enterWebhook([provider, eventId]));
        const [row] = rowCount === 1 ? (await tx.query(orderOfOperation([operationId]))).rows : [];
        if (!row) return;
        const locked = await lock(tx, [row.order_id]);
        const cause: Cause = { trigger: { type: 'Nudged', operationId }, traceparent: null };
        changeMany(tx, locked, new Map([[row.order_id, [cause]]]));
      }),
  };
}

/** Step A is written; who wrote it goes on with step B at once, except for what has to wait. */
const calledAtOnce = ({ payment, added }: Change): DueOperation[] =>
  added
    .filter(({ status, after }) => status === 'PENDING' && after === undefined)
    .map((operation) => dueOf(payment as Agreed, operation));
