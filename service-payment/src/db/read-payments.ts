import type { Database, Query } from '@msa-event-market/shared-sdk/db';
import type { Kind, OperationStatus, Status } from '../domain/model.js';

export interface OperationView {
  id: string;
  kind: Kind;
  amount: number;
  status: OperationStatus;
  attempts: number;
  requestedBy: string | null;
  reason: string | null;
  providerRef: string | null;
  createdAt: string;
  updatedAt: string;
}

export interface PaymentView {
  id: string;
  orderId: string;
  userId: string;
  amount: { amount: number; currency: string } | null;
  method: string | null;
  status: Status;
  captured: number;
  refunded: number;
  refunding: number;
  operations: OperationView[];
  createdAt: string;
  updatedAt: string;
}

export interface PaymentFilter {
  userId?: string;
  orderId?: string;
  status?: Status;
  /** The id at which the page before ended. */
  before?: string;
}

export interface PaymentReads {
  byId(id: string): Promise<PaymentView | undefined>;
  byOrder(orderId: string): Promise<PaymentView | undefined>;
  /** The latest first. */
  list(filter: PaymentFilter, limit: number): Promise<PaymentView[]>;
}

interface Row extends Omit<PaymentView, 'amount' | 'operations' | 'createdAt' | 'updatedAt'> {
  amount: number | null;
  currency: string | null;
  createdAt: Date;
  updatedAt: Date;
}
interface OperationRow extends Omit<OperationView, 'createdAt' | 'updatedAt'> {
  paymentId: string;
  createdAt: Date;
  updatedAt: Date;
}

const select = `
  SELECT id, order_id AS "orderId", user_id AS "userId", amount, currency, method, status, captured, refunded,
         refunding, created_at AS "createdAt", updated_at AS "updatedAt"
  FROM payment`;

const selectOperations = `
  SELECT payment_id AS "paymentId", id, kind, amount, status, attempts, requested_by AS "requestedBy", reason,
         provider_ref AS "providerRef", created_at AS "createdAt", updated_at AS "updatedAt"
  FROM operation WHERE payment_id = ANY($1::uuid[]) ORDER BY created_at, id`;

export function paymentReads(db: Database): PaymentReads {
  type Read = <R>(query: Query<R>) => Promise<{ rows: R[] }>;

  async function read(from: Read, query: Query<Row>): Promise<PaymentView[]> {
    const { rows } = await from(query);
    if (rows.length === 0) return [];
    const operations = await from<OperationRow>({
      text: selectOperations,
      values: [rows.map(({ id }) => id)],
    });
    const byPayment = new Map<string, OperationView[]>(rows.map(({ id }) => [id, []]));
    for (const { paymentId, ...operation } of operations.rows) {
      byPayment.get(paymentId)?.push({ ...operation, ...times(operation) });
    }
    return rows.map(({ amount, currency, ...row }) => ({
      ...row,
      ...times(row),
      amount: amount === null || currency === null ? null : { amount, currency },
      operations: byPayment.get(row.id) ?? [],
    }));
  }

  return {
    // Who asks for one payment has often just changed it: from the primary.
    async byId(id) {
      return (await read(db.query, { text: `${select} WHERE id = $1`, values: [id] }))[0];
    },
    async byOrder(orderId) {
      return (await read(db.query, { text: `${select} WHERE order_id = $1`, values: [orderId] }))[0];
    },
    list({ userId, orderId, status, before }, limit) {
      const values: unknown[] = [limit];
      const conditions = ['true'];
      const where = (condition: string, value: unknown) => {
        if (value !== undefined) conditions.push(`${condition} $${values.push(value)}`);
      };
      where('user_id =', userId);
      where('order_id =', orderId);
      where('status =', status);
      where('id <', before);
      const text = `${select} WHERE ${conditions.join(' AND ')} ORDER BY id DESC LIMIT $1`;
      return read(db.read, { text, values });
    },
  };
}

const times = ({ createdAt, updatedAt }: { createdAt: Date; updatedAt: Date }) => ({
  createdAt: createdAt.toISOString(),
  updatedAt: updatedAt.toISOString(),
});
