import type {
  Alert,
  NewOperation,
  Operation,
  OperationStatus,
  Payment,
  PaymentMessage,
  Settlement,
  Trigger,
} from './model.js';
import { react } from './payment.js';

/** A payment under lock, with all its operations; `now` is database time. */
export interface Loaded {
  payment: Payment | undefined;
  operations: Operation[];
  now: Date;
}

/** A trigger and the trace that it belongs to. */
export interface Cause {
  trigger: Trigger;
  traceparent: string | null;
}

export type AddedOperation = Operation & Pick<NewOperation, 'after'> & { traceparent: string | null };
/** `was`: the status that the row must still have, or somebody else has been first. */
export type SettledOperation = Settlement & { was: OperationStatus };

/** All that one transaction writes for one payment. */
export interface Change {
  before: Payment | undefined;
  payment: Payment;
  added: AddedOperation[];
  settled: SettledOperation[];
  messages: (PaymentMessage & { version: number; traceparent: string | null })[];
  /** Captures and refunds that are now done: each gets its entry in the ledger. */
  posted: Pick<Operation, 'id' | 'kind' | 'amount'>[];
  alerts: Alert[];
  /** The rows of the table that were taken, in order. */
  rows: number[];
}

/** Folds `react` over the triggers of one payment. Undefined: there is no payment still. */
export function fold(loaded: Loaded, causes: readonly Cause[], newId: () => string): Change | undefined {
  let { payment } = loaded;
  let operations = [...loaded.operations];
  const change: Omit<Change, 'payment'> = {
    before: loaded.payment,
    added: [],
    settled: [],
    messages: [],
    posted: [],
    alerts: [],
    rows: [],
  };
  for (const { trigger, traceparent } of causes) {
    const reaction = react(payment, operations, trigger);
    change.rows.push(reaction.row);
    payment = reaction.payment;
    if (!payment) continue;

    const added = reaction.added.map((operation) => written(operation, newId(), loaded.now, traceparent));
    for (const operation of added) change.added.push(operation);
    for (const settlement of reaction.settled) {
      const operation = operations.find(({ id }) => id === settlement.id) as Operation;
      note(change.settled, { ...settlement, was: operation.status });
      if (settlement.status === 'DONE' && operation.status !== 'DONE') post(change, operation);
    }
    for (const operation of added) if (operation.status === 'DONE') post(change, operation);
    if (reaction.settled.length > 0)
      operations = operations.map((operation) => settled(operation, reaction.settled));
    operations.push(...added);

    for (const message of reaction.messages) {
      payment = { ...payment, version: payment.version + 1 };
      change.messages.push({ ...message, version: payment.version, traceparent });
    }
    if (reaction.alert) change.alerts.push(reaction.alert);
  }
  return payment && { ...change, payment };
}

function settled(operation: Operation, settlements: readonly Settlement[]): Operation {
  const status = settlements.find(({ id }) => id === operation.id)?.status;
  return status === undefined ? operation : { ...operation, status };
}

/** An operation may be heard of twice in one batch (the caller and the executor): the row is written once. */
function note(settled: SettledOperation[], one: SettledOperation): void {
  const index = settled.findIndex(({ id }) => id === one.id);
  if (index < 0) settled.push(one);
  else settled[index] = { ...settled[index], ...one, was: (settled[index] as SettledOperation).was };
}

/** Step A: what is called at once has had its first attempt and runs under a lease. */
const written = (
  { kind, amount, status, requestedBy, after }: NewOperation,
  id: string,
  now: Date,
  traceparent: string | null,
): AddedOperation => ({
  id,
  kind,
  amount,
  status,
  attempts: after === undefined ? 1 : 0,
  requestedBy,
  after,
  traceparent,
  calledAt: now,
  createdAt: now,
});

function post(change: Pick<Change, 'posted'>, { id, kind, amount }: Operation): void {
  if (amount > 0 && (kind === 'capture' || kind === 'refund')) change.posted.push({ id, kind, amount });
}
