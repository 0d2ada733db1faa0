import { react } from './payment.js';
/** Folds `react` over the triggers of one payment. Undefined: there is no payment still. */
export function fold(loaded, causes, newId) {
  let { payment } = loaded;
  let operations = [...loaded.operations];
  const change = {
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
      const operation = operations.find(({ id }) => id === settlement.id);
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
function settled(operation, settlements) {
  const status = settlements.find(({ id }) => id === operation.id)?.status;
  return status === undefined ? operation : { ...operation, status };
}
/** An operation may be heard of twice in one batch (the caller and the executor): the row is written once. */
function note(settled, one) {
  const index = settled.findIndex(({ id }) => id === one.id);
  if (index < 0) settled.push(one);
  else settled[index] = { ...settled[index], ...one, was: settled[index].was };
}
/** Step A: what is called at once has had its first attempt and runs under a lease. */
const written = ({ kind, amount, status, requestedBy, after }, id, now, traceparent) => ({
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
function post(change, { id, kind, amount }) {
  if (amount > 0 && (kind === 'capture' || kind === 'refund')) change.posted.push({ id, kind, amount });
}
//# sourceMappingURL=fold.js.map
