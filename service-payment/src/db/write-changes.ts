import { statement, type Tx } from '@msa-event-market/shared-sdk/db';
import { append } from '@msa-event-market/shared-sdk/outbox';
import type { Change } from '../domain/fold.js';

const insertPayments = statement(
  'payment_insert',
  `INSERT INTO payment (id, order_id, user_id, amount, currency, method, expires_at, goal, status,
                        captured, refunded, refunding, version)
   SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::text[], $6::text[], $7::timestamptz[],
                        $8::text[], $9::text[], $10::bigint[], $11::bigint[], $12::bigint[], $13::int[])`,
);

const updatePayments = statement(
  'payment_update',
  `UPDATE payment p SET goal = u.goal, status = u.status, captured = u.captured, refunded = u.refunded,
                        refunding = u.refunding, version = u.version, updated_at = now()
   FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::int[])
     u(id, goal, status, captured, refunded, refunding, version)
   WHERE p.id = u.id`,
);

const insertOperations = statement(
  'operation_insert',
  `INSERT INTO operation (id, payment_id, kind, amount, status, attempts, requested_by, traceparent, next_attempt_at)
   SELECT id, payment_id, kind, amount, status, attempts, requested_by, traceparent,
          CASE WHEN status = 'PENDING' THEN now() + make_interval(secs => due_in) END
   FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::int[], $7::uuid[], $8::text[],
               $9::float8[])
     u(id, payment_id, kind, amount, status, attempts, requested_by, traceparent, due_in)`,
);

// The lock of the payment lets nobody else settle. If a row still is not what it was when it was read, NULL breaks
// the transaction: an update that quietly matched nothing would leave its entry in the ledger.
const updateOperations = statement(
  'operation_settle',
  `UPDATE operation o SET status = CASE WHEN o.status = u.was THEN u.status END,
                          next_attempt_at = now() + make_interval(secs => u.due_in),
                          provider_ref = coalesce(u.provider_ref, o.provider_ref), reason = u.reason,
                          updated_at = now()
   FROM unnest($1::uuid[], $2::text[], $3::text[], $4::float8[], $5::text[], $6::text[])
     u(id, was, status, due_in, provider_ref, reason)
   WHERE o.id = u.id`,
);

const insertLedger = statement(
  'ledger_insert',
  `INSERT INTO ledger (operation_id, debit, credit, amount, currency)
   SELECT operation_id,
          CASE kind WHEN 'capture' THEN 'provider' ELSE 'sales' END,
          CASE kind WHEN 'capture' THEN 'sales' ELSE 'provider' END,
          amount, currency
   FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::text[]) u(operation_id, kind, amount, currency)`,
);

const mutable = ['goal', 'status', 'captured', 'refunded', 'refunding', 'version'] as const;
const isChanged = ({ before, payment }: Change): boolean =>
  before !== undefined && mutable.some((field) => before[field] !== payment[field]);

/** Queues all that the changes write: one statement a table, whatever their number. */
export function writeChanges(tx: Tx, changes: readonly Change[], leaseSeconds: number): void {
  const created = changes.filter(({ before }) => !before).map(({ payment }) => payment);
  const changed = changes.filter(isChanged).map(({ payment }) => payment);
  const added = changes.flatMap(({ added, payment }) => added.map((operation) => ({ operation, payment })));
  const settled = changes.flatMap((change) => change.settled);
  const posted = changes.flatMap(({ posted, payment }) => posted.map((entry) => ({ entry, payment })));

  if (created.length > 0) {
    tx.query(
      insertPayments([
        created.map((p) => p.id),
        created.map((p) => p.orderId),
        created.map((p) => p.userId),
        created.map((p) => p.amount),
        created.map((p) => p.currency),
        created.map((p) => p.method),
        created.map((p) => p.expiresAt),
        created.map((p) => p.goal),
        created.map((p) => p.status),
        created.map((p) => p.captured),
        created.map((p) => p.refunded),
        created.map((p) => p.refunding),
        created.map((p) => p.version),
      ]),
    );
  }
  if (changed.length > 0) {
    tx.query(
      updatePayments([
        changed.map((p) => p.id),
        changed.map((p) => p.goal),
        changed.map((p) => p.status),
        changed.map((p) => p.captured),
        changed.map((p) => p.refunded),
        changed.map((p) => p.refunding),
        changed.map((p) => p.version),
      ]),
    );
  }
  if (added.length > 0) {
    tx.query(
      insertOperations([
        added.map(({ operation }) => operation.id),
        added.map(({ payment }) => payment.id),
        added.map(({ operation }) => operation.kind),
        added.map(({ operation }) => operation.amount),
        added.map(({ operation }) => operation.status),
        added.map(({ operation }) => operation.attempts),
        added.map(({ operation }) => operation.requestedBy),
        added.map(({ operation }) => operation.traceparent),
        added.map(({ operation }) => operation.after ?? leaseSeconds),
      ]),
    );
  }
  if (settled.length > 0) {
    tx.query(
      updateOperations([
        settled.map((s) => s.id),
        settled.map((s) => s.was),
        settled.map((s) => s.status),
        settled.map((s) => s.dueIn),
        settled.map((s) => s.providerRef ?? null),
        settled.map((s) => s.reason ?? null),
      ]),
    );
  }
  if (posted.length > 0) {
    tx.query(
      insertLedger([
        posted.map(({ entry }) => entry.id),
        posted.map(({ entry }) => entry.kind),
        posted.map(({ entry }) => entry.amount),
        posted.map(({ payment }) => payment.currency),
      ]),
    );
  }
  append(
    tx,
    changes.flatMap(({ payment, messages }) =>
      messages.map(({ type, version, payload, traceparent }) => ({
        topic: 'payment',
        key: payment.orderId,
        type,
        version,
        payload: { orderId: payment.orderId, paymentId: payment.id, ...payload },
        traceparent,
      })),
    ),
  );
}
