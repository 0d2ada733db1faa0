import { type Ask, type Invariant, recent, type Snapshots } from './invariant.js';
import { versionsAtTheMove } from './moved.js';

interface Sent {
  topic: string;
  key: string;
  first: number;
  last: number;
  events: number;
  different: number;
}
interface Row {
  topic: string;
  key: string;
  version: number;
  /** All of its events are still in the outbox, or came before a move. */
  young: boolean;
}

/** What is announced, on which topic, and which column counts its events. */
export const aggregates: Record<'auth' | 'store' | 'orders' | 'payment', [topic: string, rows: string][]> = {
  auth: [['user', 'SELECT id AS key, version, created_at FROM auth.users']],
  store: [
    ['store', 'SELECT id AS key, version, created_at FROM store.store'],
    [
      'product',
      'SELECT id AS key, s.version, created_at FROM store.stock s JOIN store.product p ON p.id = s.product_id',
    ],
    ['stock', 'SELECT order_id AS key, version, created_at FROM store.reservation'],
  ],
  orders: [['order', 'SELECT id AS key, version, created_at FROM orders.orders']],
  payment: [['payment', 'SELECT order_id AS key, version, created_at FROM payment.payment']],
};
type Schema = keyof typeof aggregates;

const sentOf = (ask: Ask, schema: Schema) =>
  ask<Sent>(
    `SELECT aggregatetype AS topic, aggregateid AS key, min(version) AS first, max(version) AS last,
            count(*)::int AS events, count(DISTINCT version)::int AS different
     FROM ${schema}.outbox WHERE created_at > ${recent} GROUP BY 1, 2`,
  );
const rowsOf = (ask: Ask, schema: Schema) =>
  ask<Row>(
    aggregates[schema]
      .map(
        ([topic, rows]) =>
          `SELECT '${topic}' AS topic, key, version, created_at > ${recent} AS young FROM (${rows}) row`,
      )
      .join(' UNION ALL '),
  );

export const versions: Invariant[] = [
  {
    number: '5c',
    title: 'everybody’s events are numbered from 1 without a gap, up to the version of their row',
    atRest: false,
    async check(read: Snapshots) {
      const schemas = Object.keys(aggregates) as Schema[];
      const violations: string[] = [];
      let events = 0;
      let all = 0;
      for (const schema of schemas) {
        const [sent, rows, moved] = await Promise.all([
          sentOf(read[schema], schema),
          rowsOf(read[schema], schema),
          versionsAtTheMove(read[schema]),
        ]);
        const byName = new Map(sent.map((one) => [`${one.topic} ${one.key}`, one]));
        all += rows.length;
        for (const { topic, key, version, young } of rows) {
          const name = `${topic} ${key}`;
          const before = moved.get(name) ?? 0;
          const { first, last, events, different } = byName.get(name) ?? {
            first: before + 1,
            last: before,
            events: 0,
            different: 0,
          };
          const silent = !byName.delete(name) && !young; // long past its events
          if (silent) continue;
          // An old one's first events may be past their retention.
          if (
            (young && first !== before + 1) ||
            last !== version ||
            events !== last - first + 1 ||
            different !== events
          )
            violations.push(
              `${name} is at version ${version}, its ${events} events are numbered ${first} to ${last}`,
            );
        }
        for (const name of byName.keys())
          violations.push(`there are events of ${name}, which does not exist`);
        events += sent.reduce((sum, one) => sum + one.events, 0);
      }
      return {
        rows: events,
        compared: `events in the outboxes with ${all} rows that they tell of`,
        violations,
      };
    },
  },
];
