import { uuidv7 } from '@msa-event-market/shared-sdk/db';
import { ids } from './life-after.js';
import type { ChangeLog } from './separate-databases.js';

/** What is done to the databases and to the log of a moved market, after `lifeAfter`. */
export interface Plant {
  orders?: string;
  store?: string;
  payment?: string;
  log?: ChangeLog;
}
const strange = uuidv7();
/** What must not be, and under which number the checker has to report it: the notes of the move hide none of it. */
export const planted: [number: string, what: string, plant: Plant][] = [
  [
    '5b',
    'a step whose message was never sent',
    { orders: `DELETE FROM orders.outbox WHERE id = '${ids.delivered}'` },
  ],
  [
    '5b',
    'a message that was sent and is no step',
    {
      orders: `UPDATE orders.order_history SET message_id = '${strange}' WHERE message_id = '${ids.shipped}'`,
    },
  ],
  [
    '5c',
    'a change that nobody was told of',
    { orders: 'UPDATE orders.orders SET version = version + 1 WHERE id = (SELECT id FROM old)' },
  ],
  [
    '5c',
    'an old row that nothing was heard of, changed',
    { payment: `UPDATE payment.payment SET version = version + 1 WHERE status = 'CAPTURED'` },
  ],
  [
    '5c',
    'an event that takes a number from before the move',
    { store: `UPDATE store.outbox SET version = 1 WHERE id = '${ids.reserved}'` },
  ],
  [
    '6',
    'an event that never reached the log',
    {
      orders: `UPDATE orders.outbox SET created_at = created_at - interval '10 minutes' WHERE id = '${ids.delivered}'`,
      log: (events) => events.filter(({ id }) => id !== ids.delivered),
    },
  ],
  [
    '6',
    'an event from before the move that comes again',
    { log: (events) => [{ ...(events[0] as (typeof events)[number]), id: strange, version: 1 }, ...events] },
  ],
  [
    '7',
    'an old order whose first event since the move is missing',
    { log: (events) => events.filter(({ id }) => id !== ids.shipped) },
  ],
  [
    '7',
    'an old order that begins from 1 again',
    { log: (events) => events.map((event) => (event.id === ids.shipped ? { ...event, version: 1 } : event)) },
  ],
  [
    '7',
    'somebody new whose first event is missing',
    {
      log: (events) => [
        ...events,
        { id: strange, topic: 'order', key: uuidv7(), type: 'OrderShipped', version: 2, content: '' },
      ],
    },
  ],
  [
    '8a',
    'an effect of an event that is not in the log',
    { log: (events) => events.filter(({ id }) => id !== ids.reserved) },
  ],
  [
    '8a',
    'an effect of an event of another order',
    {
      log: (events) =>
        events.map((event) => (event.id === ids.reserved ? { ...event, key: strange } : event)),
    },
  ],
  [
    '8a',
    'an event from before the move that has its effect again',
    {
      orders: `INSERT INTO orders.order_history (order_id, trigger, event_id, from_status, to_status, effect)
     SELECT order_id, trigger, event_id, 'DELIVERED', 'DELIVERED', 'ignored' FROM orders.order_history WHERE order_id = (SELECT id FROM old) AND event_id IS NOT NULL ORDER BY seq LIMIT 1`,
    },
  ],
  ['8b', 'an event that its consumer has never taken', { orders: 'DELETE FROM orders.inbox' }],
  [
    '8b',
    'an event that somebody has taken and nobody has sent',
    { orders: `INSERT INTO orders.inbox VALUES ('order.saga', '${strange}')` },
  ],
];
