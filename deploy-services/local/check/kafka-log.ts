import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KafkaMessage } from 'kafkajs';
import type { LogPlace } from '../market-file.js';
import { Problem } from '../problem.js';
import { lagOfGroups, onlookers } from '../stack/lag.js';
import { describedTopics, kafkaAt } from '../stack/topics.js';
import type { EventLog, Logged } from './invariant.js';

const dayMs = 86_400_000;
const recentMs = 6 * dayMs;
const readsWithinMs = 120_000;

type Place = Extract<LogPlace, { kind: 'kafka' }>;
type Record = Logged & { occurredAt: number };

/**
 * The log of the stack: all topics from their beginnings, kept in memory and brought up to date at each question. A
 * consumer of its own reads them; it commits nothing, and its group is deleted in the end.
 */
export async function kafkaLog({
  broker,
  topicPrefix,
}: Place): Promise<EventLog & { close(): Promise<void> }> {
  const kafka = kafkaAt(broker);
  const admin = kafka.admin();
  const groupId = `${onlookers}${randomUUID()}`;
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100, allowAutoTopicCreation: false });
  const topics = describedTopics().topics.map((topic) => `${topicPrefix}${topic}`);
  const records = new Map<string, Record[]>();
  const next = new Map<string, number>();
  const ids = new Set<string>();

  await Promise.all([admin.connect(), consumer.connect()]).catch((cause) => {
    throw new Problem(`Kafka does not answer at ${broker}: see npm run status`, { cause });
  });
  await consumer.subscribe({ topics, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    partitionsConsumedConcurrently: 8,
    async eachBatch({ batch: { topic, partition, messages } }) {
      const place = `${topic}/${partition}`;
      const known = records.get(place) ?? [];
      records.set(place, known);
      for (const message of messages) {
        const position = Number(message.offset);
        if (position < (next.get(place) ?? 0)) continue; // read again after a broker's end
        next.set(place, position + 1);
        const record = recordOf(topic.slice(topicPrefix.length), partition, message);
        known.push(record);
        ids.add(record.id);
      }
    },
  });

  const endsOf = async (names: string[]) =>
    (
      await Promise.all(
        names.map(async (topic) =>
          (
            await admin.fetchTopicOffsets(topic)
          ).map(({ partition, low, high }) => ({
            place: `${topic}/${partition}`,
            low: Number(low),
            high: Number(high),
          })),
        ),
      )
    ).flat();

  /** Until everything is read that is there now. */
  async function catchUp(): Promise<void> {
    const ends = (await endsOf(topics)).filter(({ low, high }) => high > low);
    for (const until = Date.now() + readsWithinMs; ; await sleep(20)) {
      const behind = ends.filter(({ place, high }) => (next.get(place) ?? 0) < high);
      if (behind.length === 0) return;
      if (Date.now() > until)
        throw new Error(
          `the topics cannot be read: stuck before ${behind.map(({ place }) => place).join(', ')}`,
        );
    }
  }

  return {
    mayRepeat: true,
    async events() {
      await catchUp();
      const from = Date.now() - recentMs;
      return [...records.keys()]
        .sort()
        .flatMap((place) => (records.get(place) ?? []).filter(({ occurredAt }) => occurredAt > from));
    },
    async missing(outbox, schema) {
      const sent = await outbox<{ id: string }>(
        `SELECT id FROM ${schema}.outbox WHERE created_at > now() - interval '1 day'`,
      );
      if (sent.some(({ id }) => !ids.has(id))) await catchUp();
      return sent.filter(({ id }) => !ids.has(id)).length;
    },
    async unread() {
      const groups = await lagOfGroups(admin);
      return groups.reduce((sum, { unread }) => sum + unread, 0);
    },
    async close() {
      await consumer.disconnect();
      await admin.deleteGroups([groupId]).catch(() => {}); // it is forgotten by itself after some days
      await admin.disconnect();
    },
  };
}

function recordOf(
  topic: string,
  partition: number,
  { key, headers, offset, timestamp }: KafkaMessage,
): Record {
  const header = (name: string) => headers?.[name]?.toString() ?? '';
  return {
    id: header('id'),
    topic,
    key: key?.toString() ?? '',
    version: Number(header('version')),
    partition,
    position: Number(offset),
    occurredAt: Date.parse(header('occurredAt')) || Number(timestamp),
  };
}
