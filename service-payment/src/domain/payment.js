import { cancelled } from './messages.js';
import { next } from './next.js';
import { backoffSeconds, isOpen, reconcileInSeconds } from './operations.js';
import { table } from './payment-table.js';
/** Applies one trigger to a payment. Knows no clock, no database and no provider. */
export function react(payment, operations, trigger) {
  const about =
    'operationId' in trigger ? operations.find(({ id }) => id === trigger.operationId) : undefined;
  const name = nameOf(trigger, about);
  const agreed = payment; // a tombstone is final from birth: no row that reads its terms meets one
  const row = rowsOf(name).find(
    (row) =>
      row.states.includes(payment?.status ?? 'none') &&
      (!payment || row.goals.includes(payment.goal)) &&
      (row.fits?.(agreed, causeOf(trigger, about, operations), operations) ?? true),
  );
  if (!row) return { row: 0, payment, settled: [], added: [], messages: [] };
  const settled = about ? [settle(row, about, trigger)] : [];
  const after = operations.map((o) => (o === about && row.operation ? { ...o, status: row.operation } : o));
  return finish(row, row.then(agreed, causeOf(trigger, about, after)), settled, after);
}
/** Asks `next`, and enters what is added in the payment's sums. */
function finish(row, effect, settled, operations) {
  const reaction = {
    row: row.number,
    payment: effect.payment,
    settled,
    added: [],
    messages: effect.messages,
  };
  if (effect.alert) reaction.alert = effect.alert;
  if (!effect.payment) return reaction;
  const wanted = effect.next ? next(effect.payment, operations) : undefined;
  const add = wanted && 'add' in wanted ? [...effect.add, wanted.add] : effect.add;
  const refunding = sum(add.filter(({ kind }) => kind === 'refund'));
  reaction.payment = { ...effect.payment, refunding: effect.payment.refunding + refunding };
  if (wanted && 'close' in wanted) {
    reaction.payment.status = wanted.close;
    reaction.messages = [...effect.messages, cancelled(wanted.how)];
  }
  // Row 17 after row 15: the one capture there may be was entered as failed. It is corrected, not doubled.
  for (const operation of add) {
    const wrong = operation.status === 'DONE' && operations.find(({ kind }) => kind === operation.kind);
    if (wrong) settled.push({ id: wrong.id, status: 'DONE', dueIn: null });
    else reaction.added.push(operation);
  }
  return reaction;
}
const byTrigger = new Map();
for (const row of table) {
  for (const trigger of row.triggers) byTrigger.set(trigger, [...(byTrigger.get(trigger) ?? []), row]);
}
const rowsOf = (name) => (name && byTrigger.get(name)) ?? [];
/** Undefined: an answer about an operation that is done, or that this payment does not have. */
function nameOf(trigger, about) {
  if (trigger.type !== 'Answered' && trigger.type !== 'Nudged') return trigger.type;
  if (!about || about.status === 'DONE') return undefined;
  if (trigger.type === 'Nudged') return 'nudged';
  const { result } = trigger.answer;
  if (!isOpen(about)) return result === 'unknown' ? undefined : `late ${about.kind} ${result}`;
  return result === 'unknown' ? 'unknown' : `${about.kind} ${result}`;
}
function causeOf(trigger, about, operations) {
  if (!about) return trigger;
  const { answer, at } = trigger;
  const reply = {
    operation: about,
    operations,
    reason: answer && 'reason' in answer ? answer.reason : '',
    at,
  };
  return reply;
}
function settle(row, operation, trigger) {
  const status = row.operation ?? operation.status;
  if (trigger.type === 'Nudged') return { id: operation.id, status, dueIn: 0 };
  const { answer, at } = trigger;
  const settlement = { id: operation.id, status, dueIn: null };
  if (status === 'UNKNOWN') settlement.dueIn = backoffSeconds(operation.attempts);
  if (status === 'ABANDONED' && answer.result === 'absent')
    settlement.dueIn = reconcileInSeconds(operation, at);
  if ('reason' in answer) settlement.reason = answer.reason;
  if ('providerRef' in answer) settlement.providerRef = answer.providerRef;
  return settlement;
}
const sum = (operations) => operations.reduce((total, { amount }) => total + amount, 0);
//# sourceMappingURL=payment.js.map
