import { randomUUID } from 'node:crypto';
import { type Admin, type Message, Partitioners } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkMarket, type Report } from '../../local/check/check.js';
import type { Snapshots } from '../../local/check/invariant.js';
import { kafkaLog } from '../../local/check/kafka-log.js';
import { consumers, groups } from '../../local/consumers.js';
import { createTopics, describedTopics, kafkaAt } from '../../local/stack/topics.js';
import { marketOfThePast, type PastMarket, violated } from './market-of-the-past.js';
import { inTheLog } from './planted/in-the-log.js';

// The same history and the same faults as with the embedded log: what is in its table is put on real topics, as Debezium
// would, and the checker reads those.

const broker = process.env.MARKET_TEST_KAFKA ?? '';
const { topics, partitions } = describedTopics();
const weekMs = 604_800_000;
let past: PastMarket;
beforeAll(async () => {
  past = await marketOfThePast();
}, 120_000);
afterAll(() => past?.close());

interface Row {
  topic: string;
  key: string;
  value: string;
  id: string;
  eventType: string;
  version: string;
  occurredAt: string;
  traceparent: string | null;
}
const rows = (read: Snapshots) =>
  read.orders<Row>(
    `SELECT topic, key, payload::text AS value, event_id AS id, type AS "eventType", version::text AS version, traceparent,
       to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "occurredAt"
     FROM events.log ORDER BY topic, partition, position`,
  );
const messageOf = ({ topic: _, key, value, traceparent, ...headers }: Row): Message => ({
  key,
  value,
  timestamp: `${Date.parse(headers.occurredAt)}`,
  headers: { ...headers, ...(traceparent !== null && { traceparent }) },
});

interface OnKafka {
  /** Of the events in the table, as messages. */
  change?(messages: Message[], topic: string): Message[];
  /** In a transaction, with another one behind it that is taken back. */
  inTransaction?: boolean;
  /** Before the checker looks. */
  afterwards?(admin: Admin, onKafka: (topic: string) => string): Promise<unknown>;
}

/** The checker's report on the market, its log on topics of its own. */
async function reportOn(
  read: Snapshots,
  { change, inTransaction = false, afterwards }: OnKafka = {},
): Promise<Report> {
  const topicPrefix = `${randomUUID()}.`;
  const onKafka = (topic: string) => `${topicPrefix}${topic}`;
  const kafka = kafkaAt(broker); // one for each: kafkajs goes on asking for topics that are gone
  const producer = kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    ...(inTransaction && { transactionalId: randomUUID(), idempotent: true, maxInFlightRequests: 1 }),
  });
  const admin = kafka.admin();
  await Promise.all([producer.connect(), admin.connect()]);
  await createTopics(admin, topics.map(onKafka), partitions, weekMs);
  const logged = await rows(read);
  const topicMessages = topics.map((topic) => {
    const messages = logged.filter((row) => row.topic === topic).map(messageOf);
    return { topic: onKafka(topic), messages: change?.(messages, topic) ?? messages };
  });
  if (inTransaction) {
    const kept = await producer.transaction();
    await kept.sendBatch({ topicMessages });
    await kept.commit();
    const takenBack = await producer.transaction();
    await takenBack.send({ topic: onKafka('order'), messages: [{ key: 'stranger', value: '{"hello":1}' }] });
    await takenBack.abort();
  } else await producer.sendBatch({ topicMessages });
  await afterwards?.(admin, onKafka);
  const log = await kafkaLog({ kind: 'kafka', broker, topicPrefix });
  try {
    await log.catchUp();
    return await checkMarket((work) => work({ ...read, log: { ...log, asOf: 'now()' } }), { waitSeconds: 0 });
  } finally {
    await log.close();
    await admin.deleteTopics({ topics: topics.map(onKafka) });
    await Promise.all([producer.disconnect(), admin.disconnect()]);
  }
}

/** To the end of each partition, and so far beyond it. kafkajs joins the group for that, which takes some seconds. */
async function setOffsets(admin: Admin, groupId: string, topic: string, beyond = 0): Promise<void> {
  const ends = await admin.fetchTopicOffsets(topic);
  const offsets = ends.map(({ partition, high }) => ({ partition, offset: `${Number(high) + beyond}` }));
  await admin.setOffsets({ groupId, topic, partitions: offsets });
}

const everybodyHasRead: OnKafka = {
  async afterwards(admin, onKafka) {
    await Promise.all(
      groups.map(async (name) => {
        for (const { topic } of consumers.filter(({ group }) => group === name))
          await setOffsets(admin, name, onKafka(topic));
      }),
    );
  },
};

/** The last event of a key that has several. */
function lastOfKey(messages: Message[]): Message {
  const last = messages.findLast(({ key }, i) => messages.findIndex((other) => other.key === key) < i);
  if (!last) throw new Error('no key has two events');
  return last;
}
/** The first event of the key that came last: by then all partitions were in use. */
function youngest(messages: Message[]): Message {
  const firsts = messages.filter(({ key }, i) => messages.findIndex((other) => other.key === key) === i);
  return firsts.toSorted((a, b) => Number(b.timestamp) - Number(a.timestamp))[0] as Message;
}
const without = (messages: Message[], one: Message) => messages.filter((message) => message !== one);

const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
  partitionId,
  partitionErrorCode: 0,
  leader: 1,
  replicas: [1],
  isr: [1],
}));
const partitioner = Partitioners.DefaultPartitioner();
const elsewhere = (topic: string, message: Message): Message => ({
  ...message,
  partition: (partitioner({ topic, partitionMetadata, message }) + 1) % partitions,
});

test('what Debezium would have made of the history holds', async () => {
  const report = await past.withPlanted({}, (read) => reportOn(read, everybodyHasRead));
  expect(report.results.filter(({ violations, skipped }) => violations.length > 0 || skipped)).toEqual([]);
  expect(report.results.filter(({ rows }) => rows === 0)).toEqual([]);
});

test('an event that is there again is none too many: Connect repeats what it had not noted as sent', async () => {
  const again = (messages: Message[]) => [...messages, ...messages.slice(-3)];
  const report = await past.withPlanted({}, (read) => reportOn(read, { change: again }));
  expect(violated(report)).toEqual([]);
});

test('nor do transactions matter, whose ends take positions, and what was taken back', async () => {
  const report = await past.withPlanted({}, (read) => reportOn(read, { inTransaction: true }));
  expect(violated(report)).toEqual([]);
});

describe('the checker reports', () => {
  test.each(inTheLog.filter(({ notOnKafka }) => !notOnKafka))(
    '$number: $name',
    async ({ number, ...plant }) => {
      const report = await past.withPlanted(plant, (read) => reportOn(read));
      expect(violated(report)).toContain(number);
    },
  );

  const inTopic = (topic: string, change: (messages: Message[]) => Message[]): OnKafka => ({
    change: (messages, name) => (name === topic ? change(messages) : messages),
  });
  const onTheTopics: [number: string, name: string, OnKafka][] = [
    [
      '6',
      'a record that no outbox has sent',
      inTopic('order', (messages) => [...messages, { key: 'stranger', value: '{"hello":1}' }]),
    ],
    [
      '6',
      'a record that has lost its payload',
      inTopic('payment', ([first, ...others]) => [{ ...first, value: null }, ...others]),
    ],
    [
      '7',
      'a key that goes on in a partition that is not its own',
      inTopic('order', (messages) => {
        const last = lastOfKey(messages);
        return [...without(messages, last), elsewhere('order', last)];
      }),
    ],
    [
      '7',
      'a key that is wholly in a partition that is not its own',
      inTopic('order', (messages) => {
        const { key } = youngest(messages);
        return messages.map((message) => (message.key === key ? elsewhere('order', message) : message));
      }),
    ],
    [
      '7',
      'a key whose first event is in a partition that is not its own',
      inTopic('order', (messages) => {
        const first = youngest(messages);
        return messages.map((message) => (message === first ? elsewhere('order', message) : message));
      }),
    ],
    [
      '7',
      'a group that would skip what comes next',
      { afterwards: (admin, onKafka) => setOffsets(admin, 'order.saga', onKafka('stock'), 1) },
    ],
  ];
  test.each(onTheTopics)('%s: %s', async (number, _, how) => {
    const report = await past.withPlanted({}, (read) => reportOn(read, how));
    expect(violated(report)).toContain(number);
  });
});
