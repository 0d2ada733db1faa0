import { type Database, statement } from '@msa-event-market/shared-sdk/db';
import type { Agreed } from '../domain/model.js';
import { mayCallAgain } from '../domain/operations.js';
import type { DueOperation, OpenOperations, Payments, TakenOperation } from '../use-cases/ports.js';
import { type OperationRow, operationColumns, type PaymentRow } from './rows.js';

type DueRow = OperationRow &
  Pick<PaymentRow, 'order_id' | 'method' | 'currency' | 'goal' | 'expires_at' | 'now'>;
const lockDue = statement<DueRow>(
  'operation_due',
  `SELECT ${operationColumns}, p.order_id, p.method, p.currency, p.goal, p.expires_at, now() AS now
   FROM operation o JOIN payment p ON p.id = o.payment_id
   WHERE o.next_attempt_at <= now() ORDER BY o.next_attempt_at LIMIT $1 FOR UPDATE OF o SKIP LOCKED`,
);

const lease = statement(
  'operation_lease',
  `UPDATE operation o SET attempts = attempts + 1, next_attempt_at = now() + make_interval(secs => $3::float8),
                          called_at = CASE WHEN u.may_call THEN now() ELSE called_at END
   FROM unnest($1::uuid[], $2::boolean[]) u(id, may_call) WHERE o.id = u.id`,
);

const countOpen = statement<OpenOperations>(
  'operation_open',
  `SELECT count(*) AS all, count(*) FILTER (WHERE kind IN ('authorize', 'capture')) AS "ofNewOrders"
   FROM operation WHERE next_attempt_at IS NOT NULL AND status IN ('PENDING', 'UNKNOWN')`,
);

/** The executor's work list. It locks operations only, and those that somebody is settling are left out. */
export const dueOperations = (
  db: Database,
  leaseSeconds: number,
): Pick<Payments, 'takeDue' | 'countOpen'> => ({
  takeDue: (most: number) =>
    db.transaction(async (tx) => {
      const { rows } = await tx.query(lockDue([most]));
      const taken = rows.map(
        (row): TakenOperation => ({
          ...dueOf({ orderId: row.order_id, method: row.method, currency: row.currency } as Agreed, row),
          mayCall: mayCallAgain({ goal: row.goal, expiresAt: row.expires_at }, row, row.now),
        }),
      );
      if (taken.length > 0) {
        tx.query(lease([taken.map(({ key }) => key), taken.map(({ mayCall }) => mayCall), leaseSeconds]));
      }
      return taken;
    }),

  async countOpen() {
    return (await db.query(countOpen())).rows[0] as OpenOperations;
  },
});

/** An operation with what the provider has to know of its payment. */
export const dueOf = (
  payment: Pick<Agreed, 'orderId' | 'method' | 'currency'>,
  { id, kind, amount, traceparent }: Pick<OperationRow, 'id' | 'kind' | 'amount' | 'traceparent'>,
): DueOperation => ({
  key: id,
  kind,
  amount,
  traceparent,
  orderId: payment.orderId,
  method: payment.method,
  currency: payment.currency,
});
