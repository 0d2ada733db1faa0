import { type Consumes, consumers, groups } from '../consumers.js';
import { services } from '../topology.js';
import { byKey, firstTimes, type Invariant, recent, type Snapshots } from './invariant.js';
import { atTheMove } from './moved.js';

export const effects: Invariant[] = [
  {
    number: '8a',
    title: 'what has happened to an order came of an event of its own that is in the log, and of each once',
    atRest: false,
    async check({ orders, log }) {
      const { lastStep } = await atTheMove(orders);
      const had = await orders<{
        order_id: string;
        event_id: string;
        trigger: string;
        times: number;
        comparable: boolean;
      }>(
        `SELECT order_id, event_id, min(trigger) AS trigger, count(*)::int AS times,
           max(at) > ${recent} AND max(at) < ${log.asOf} AND max(seq) > ${lastStep} AS comparable
         FROM orders.order_history WHERE event_id IS NOT NULL GROUP BY order_id, event_id`,
      );
      const events = byKey(
        (await log.events()).filter(({ topic }) => topic === 'stock' || topic === 'payment'),
        ({ id }) => id,
      );
      const violations = had.flatMap(({ order_id, event_id, trigger, times, comparable }) => {
        const what = `order ${order_id} has had ${trigger} ${event_id}`;
        const event = events.get(event_id);
        if (times > 1) return [`${what} ${times} times`];
        if (!comparable || (event?.key === order_id && event.type === trigger)) return [];
        return [
          event ? `${what}, which is ${event.type} of ${event.key}` : `${what}, which is not in the log`,
        ];
      });
      return {
        rows: had.length,
        compared: 'events in the histories of orders with those of the log',
        violations,
      };
    },
  },
  {
    number: '8b',
    title: 'every event that concerns a consumer has been taken by it, and none that is not in the log',
    atRest: true,
    async check(read: Snapshots) {
      const from = firstIdOf(Date.now() - fiveDays);
      const logged = firstTimes(read.log, await read.log.events()).filter(({ id }) => id >= from);
      const violations: string[] = [];
      let rows = 0;
      for (const group of groups) {
        const own = consumers.filter((consumer) => consumer.group === group);
        const { schema } = services[(own[0] as Consumes).service];
        const sent = logged.filter((event) =>
          own.some(({ topic, types }) => event.topic === topic && (types?.includes(event.type) ?? true)),
        );
        const handled = await read[schema]<{ id: string; taken: boolean }>(
          `SELECT message_id::text AS id, true AS taken FROM ${schema}.inbox WHERE consumer = '${group}' AND message_id >= '${from}'
           UNION ALL SELECT message_id, false FROM ${schema}.parked WHERE consumer = '${group}'`,
        );
        const known = new Set(handled.map(({ id }) => id));
        for (const { id, type, key } of sent)
          if (!known.delete(id)) violations.push(`${group} has never taken ${type} ${id} of ${key}`);
        for (const { id, taken } of handled)
          if (taken && known.has(id)) violations.push(`${group} has taken ${id}, which is not in the log`);
        rows += sent.length;
      }
      return { rows, compared: 'events of the log with the inboxes of those whom they concern', violations };
    },
  },
];

const fiveDays = 5 * 86_400_000;

/** Ids are UUIDv7: they begin with the milliseconds at which they were made. */
function firstIdOf(ms: number): string {
  const hex = ms.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
