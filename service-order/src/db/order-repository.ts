import { type Database, statement, type Tx, uuidv7 } from '@msa-event-market/shared-sdk/db';
import { counter } from '@msa-event-market/shared-sdk/metrics';
import { append, type OutboxEvent } from '@msa-event-market/shared-sdk/outbox';
import { currentTrace } from '@msa-event-market/shared-sdk/tracing';
import { errors } from '../domain/errors.js';
import type { Order, Trigger } from '../domain/order.js';
import type { Caused, Orders, Rule } from '../use-cases/ports.js';
import { type HistoryEntry, lock, lockForSweep, markSwept, save } from './order-rows.js';
import { placing } from './place-orders.js';

const transitions = counter('saga_transitions_total', 'Changes of state of orders.', ['from', 'to']);
const unexpected = counter('saga_unexpected_total', 'Money answered for an order that was over.', [
  'trigger',
]);

/** The saga's one way to write: orders, their history and their messages, one statement a table. */
function changeMany(tx: Tx, locked: Map<string, Order>, caused: Caused[], rule: Rule) {
  const now = new Map(locked);
  const history: HistoryEntry[] = [];
  const messages: OutboxEvent[] = [];
  const count: (() => void)[] = [];
  for (const { orderId, trigger, eventId, traceparent } of caused) {
    const before = now.get(orderId) as Order;
    const reaction = rule(before, trigger);
    const { order, effect } = reaction;
    if (effect === 'refused') throw new Error(`${trigger.type} was refused without a person to tell`);
    now.set(orderId, order);
    const message = effect === 'ignored' ? undefined : reaction.message;
    const messageId = message ? uuidv7() : null;
    if (message && messageId)
      messages.push({
        topic: 'order',
        key: orderId,
        ...message,
        version: order.version,
        traceparent,
        id: messageId,
      });
    // Somebody who asks again and again would fill the table; of what another service sent, a line is evidence.
    if (effect !== 'ignored' || eventId !== null)
      history.push({
        orderId,
        trigger: nameOf(trigger),
        eventId,
        messageId,
        message: message?.type ?? null,
        from: before.status,
        to: order.status,
        effect,
        traceId: traceparent?.split('-')[1] ?? null,
      });
    if (before.status !== order.status)
      count.push(() => transitions.inc({ from: before.status, to: order.status }));
    if (effect === 'ignored' && reaction.alarm) count.push(() => unexpected.inc({ trigger: trigger.type }));
  }
  const after = [...now.values()];
  save(tx, locked, after, history);
  append(tx, messages);
  return { after: now, committed: () => void count.map((add) => add()) };
}

const nameOf = (trigger: Trigger) => (trigger.type === 'Stop' ? `Stop ${trigger.reason}` : trigger.type);

const deleteUsers = statement(
  'order_delete_users',
  'INSERT INTO deleted_user (user_id) SELECT DISTINCT * FROM unnest($1::uuid[]) ON CONFLICT DO NOTHING',
);
const deleteStores = statement(
  'order_delete_stores',
  'INSERT INTO deleted_store (store_id) SELECT DISTINCT * FROM unnest($1::uuid[]) ON CONFLICT DO NOTHING',
);

function markDeleted(tx: Tx, { users, stores }: { users: string[]; stores: string[] }): void {
  if (users.length > 0) tx.query(deleteUsers([users]));
  if (stores.length > 0) tx.query(deleteStores([stores]));
}

const sweepSize = 200;

export function orderRepository(db: Database, options: { deadlineSeconds: number }): Orders {
  return {
    ...placing(db, options),
    lock,
    changeMany,
    markDeleted,

    change(id, trigger, decide) {
      const traceparent = currentTrace()?.traceparent ?? null;
      return db
        .transaction(async (tx) => {
          const locked = await lock(tx, [id]);
          if (!locked.has(id)) throw errors.NOT_FOUND_ORDER(id);
          return changeMany(tx, locked, [{ orderId: id, trigger, eventId: null, traceparent }], decide);
        })
        .then(({ after, committed }) => {
          committed();
          return after.get(id) as Order;
        });
    },

    async sweep(rule) {
      const traceparent = currentTrace()?.traceparent ?? null;
      return db
        .transaction(async (tx) => {
          const { orders, overdue, orphans } = await lockForSweep(tx, sweepSize);
          if (orders.size === 0) tx.query(markSwept());
          const late = overdue.map(
            (orderId): Caused => ({ orderId, trigger: { type: 'Deadline' }, eventId: null, traceparent }),
          );
          const lost = orphans
            .filter(({ id }) => !overdue.includes(id))
            .map(
              ({ id, reason }): Caused => ({
                orderId: id,
                trigger: { type: 'Stop', reason },
                eventId: null,
                traceparent,
              }),
            );
          return { ...changeMany(tx, orders, [...late, ...lost], rule), looked: orders.size };
        })
        .then(({ committed, looked }) => {
          committed();
          return looked;
        });
    },
  };
}
