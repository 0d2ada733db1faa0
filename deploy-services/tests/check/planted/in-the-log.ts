import { like, type Planted } from './planted.js';

const anEvent = `(SELECT event_id FROM events.log WHERE type = 'OrderConfirmed' ORDER BY event_id LIMIT 1)`;
export const inTheLog: Planted[] = [
  {
    number: '6',
    name: 'an event that never reached the log',
    // The last of its partition, so that no gap gives it away.
    market: `CREATE TEMP TABLE lost ON COMMIT DROP AS SELECT topic, partition, position, event_id FROM events.log
             WHERE topic = 'stock' ORDER BY partition, position DESC LIMIT 1;
             DELETE FROM events.log WHERE event_id = (SELECT event_id FROM lost);
             UPDATE events.log_partition p SET next = next - 1 FROM lost WHERE (p.topic, p.partition) = (lost.topic, lost.partition);
             UPDATE events.group_offset o SET committed = committed - 1 FROM lost WHERE (o.topic, o.partition) = (lost.topic, lost.partition);
             UPDATE store.outbox SET created_at = created_at - interval '10 minutes' WHERE id = (SELECT event_id FROM lost)`,
  },
  {
    number: '6',
    name: 'an event in the log that nobody has sent',
    market: `DELETE FROM payment.outbox WHERE id = (SELECT event_id FROM events.log WHERE type = 'PaymentDeclined' LIMIT 1)`,
  },
  {
    number: '6',
    name: 'an event that is in the log twice',
    notOnKafka: 'it may have an event again',
    market: like(
      'events.log',
      { partition: '(partition + 1) % 4', position: '1000000' },
      `event_id = ${anEvent}`,
    ),
  },
  ...Object.entries({
    type: `type = 'OrderExpired'`,
    key: `key = gen_random_uuid()::text`,
    topic: `topic = 'user', position = 1000000`,
    version: `version = version + 100`,
    payload: `payload = payload || '{"amount": 1}'`,
    time: `occurred_at = occurred_at + interval '1 second'`,
    trace: `traceparent = 'another'`,
  }).map(([what, change]) => ({
    number: '6',
    name: `an event that has another ${what} in the log than it was sent with`,
    market: `UPDATE events.log SET ${change} WHERE event_id = ${anEvent}`,
  })),
  {
    number: '7',
    name: 'two events of a key in the wrong order',
    market: `CREATE TEMP TABLE swapped ON COMMIT DROP AS SELECT a.event_id AS a, b.event_id AS b, a.position AS first, b.position AS second
               FROM events.log a JOIN events.log b USING (topic, key) WHERE a.topic = 'order' AND a.version = 1 AND b.version = 2 LIMIT 1;
             UPDATE events.log SET position = -1 FROM swapped WHERE event_id = a;
             UPDATE events.log SET position = first FROM swapped WHERE event_id = b;
             UPDATE events.log SET position = second FROM swapped WHERE event_id = a`,
  },
  {
    number: '7',
    name: 'a gap between two positions',
    notOnKafka: 'only the broker gives them',
    market: `UPDATE events.log l SET position = position + 1 WHERE topic = 'order' AND position = (SELECT max(position) FROM events.log m WHERE m.topic = 'order' AND m.partition = l.partition);
             UPDATE events.log_partition SET next = next + 1 WHERE topic = 'order';
             UPDATE events.group_offset SET committed = committed + 1 WHERE topic = 'order'`,
  },
  {
    number: '7',
    name: 'a key in another partition than its own',
    notOnKafka: 'the topic may have grown',
    market: `UPDATE events.log SET partition = partition + 4 WHERE topic = 'order'`,
  },
  {
    number: '7',
    name: 'a counter that would give a position away again',
    notOnKafka: 'the broker counts',
    market: `UPDATE events.log_partition SET next = next - 1 WHERE topic = 'product' AND next > 1`,
  },
  {
    number: '7',
    name: 'a reader that would skip what comes next',
    notOnKafka: 'its offsets are with the broker',
    market: `UPDATE events.group_offset SET committed = committed + 1 WHERE grp = 'order.saga'`,
  },
  {
    number: '7',
    name: 'a key whose first event is missing',
    // Those behind it close the gap.
    market: `CREATE TEMP TABLE lost ON COMMIT DROP AS SELECT topic, partition, position FROM events.log
               WHERE topic = 'order' AND version = 1 AND position > 1 LIMIT 1;
             DELETE FROM events.log l USING lost WHERE (l.topic, l.partition, l.position) = (lost.topic, lost.partition, lost.position);
             UPDATE events.log l SET position = -l.position FROM lost
               WHERE (l.topic, l.partition) = (lost.topic, lost.partition) AND l.position > lost.position;
             UPDATE events.log SET position = -position - 1 WHERE position < 0;
             UPDATE events.log_partition p SET next = next - 1 FROM lost WHERE (p.topic, p.partition) = (lost.topic, lost.partition);
             UPDATE events.group_offset o SET committed = committed - 1 FROM lost WHERE (o.topic, o.partition) = (lost.topic, lost.partition)`,
  },
];
