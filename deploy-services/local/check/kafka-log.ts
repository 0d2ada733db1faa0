import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Partitioners } from 'kafkajs';
import { consumers } from '../consumers.js';
import type { LogPlace } from '../market-file.js';
import { Problem } from '../problem.js';
import { type Committed, committedBy } from '../stack/lag.js';
import { describedTopics, kafkaAt, oneByOne } from '../stack/topics.js';
import type { EventLog, Reader } from './invariant.js';
import { type LogRecord, partitionsThen, recordOf } from './kafka-record.js';

const dayMs = 86_400_000;
const recentMs = 6 * dayMs;
const readsWithinMs = 120_000;
const pauseMs = 500;

type Place = Extract<LogPlace, { kind: 'kafka' }>;

export interface KafkaLog extends Omit<EventLog, 'asOf'> {
  /** Reads on to where the topics end now, and how far the groups are: what is told until the next time. */
  catchUp(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The log of the stack: all topics from their beginnings, kept in memory and brought up to date at each question. A
 * consumer of its own reads them; it commits nothing, and its group is deleted in the end.
 */
export async function kafkaLog({ broker, topicPrefix }: Place): Promise<KafkaLog> {
  const kafka = kafkaAt(broker);
  const admin = kafka.admin();
  const groupId = `check.${randomUUID()}`;
  const consumer = kafka.consumer({
    groupId,
    maxWaitTimeInMs: 100,
    allowAutoTopicCreation: false,
    // Left to kafkajs, a consumer that is stopped while it starts anew goes on for ever, and the process with it.
    retry: { restartOnFailure: async () => false },
  });
  const topics = describedTopics().topics.map((topic) => `${topicPrefix}${topic}`);
  const records = new Map<string, LogRecord[]>();
  const next = new Map<string, number>();

  /** A person can mend that Kafka is gone; nobody learns anything from where we noticed. */
  const asking = <T>(answer: Promise<T>): Promise<T> =>
    answer.catch((cause: Error) => {
      throw new Problem(`Kafka does not answer at ${broker} (${cause.message}): see npm run status`, {
        cause,
      });
    });

  let closed = false;
  let reading: Promise<void> = Promise.resolve();
  const read = () =>
    consumer.run({
      autoCommit: false,
      partitionsConsumedConcurrently: 8,
      async eachBatch({ batch }) {
        const { topic, partition, messages } = batch;
        const place = `${topic}/${partition}`;
        const known = records.get(place) ?? [];
        records.set(place, known);
        for (const message of messages) {
          if (Number(message.offset) < (next.get(place) ?? 0)) continue; // read again after a broker's end
          known.push(recordOf(topic.slice(topicPrefix.length), partition, message));
        }
        passed(place, batch.lastOffset());
      },
    });
  const passed = (place: string, last: string) =>
    next.set(place, Math.max(next.get(place) ?? 0, Number(last) + 1));
  // Offsets without a record, as the end of a transaction takes one, come in no batch.
  consumer.on(
    consumer.events.END_BATCH_PROCESS,
    ({ payload: { batchSize, topic, partition, lastOffset } }) => {
      if (batchSize === 0) passed(`${topic}/${partition}`, lastOffset);
    },
  );
  consumer.on(consumer.events.CRASH, () => {
    reading = reading.then(async () => {
      await sleep(pauseMs);
      if (!closed) await read();
    });
  });

  async function close(): Promise<void> {
    closed = true;
    await reading;
    await consumer.disconnect().catch(() => {});
    await admin.deleteGroups([groupId]).catch(() => {}); // it is forgotten by itself after some days
    await admin.disconnect().catch(() => {});
  }

  try {
    await asking(admin.connect());
    await asking(consumer.connect());
    const there = await asking(admin.listTopics());
    const missing = topics.filter((topic) => !there.includes(topic));
    if (missing.length > 0) throw new Problem(`Kafka has no topic ${missing.join(', ')}: see npm run status`);
    await asking(consumer.subscribe({ topics, fromBeginning: true }));
    reading = read();
    await reading;
  } catch (error) {
    await close(); // or its connections would keep the process from ending
    throw error;
  }

  const endsOf = async (names: string[]) =>
    (
      await oneByOne(names, async (topic) =>
        (
          await asking(admin.fetchTopicOffsets(topic))
        ).map(({ partition, low, high }) => ({
          place: `${topic}/${partition}`,
          low: Number(low),
          high: Number(high),
        })),
      )
    ).flat();

  /** Until everything is read that is there now. */
  async function readToTheEnds(): Promise<void> {
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

  // As Kafka's own producers choose, which Connect uses: by the partitions that there are, not those that there should be.
  const partitioner = Partitioners.DefaultPartitioner();
  const partitionsOf = new Map<string, Parameters<typeof partitioner>[0]['partitionMetadata']>();
  let known: LogRecord[] = [];
  let then = new Map<LogRecord, number>();
  let ids = new Set<string>();
  let committed: Committed[] = [];

  return {
    mayRepeat: true,
    mayLeaveOut: true,
    partitions: (topic) => partitionsOf.get(topic)?.length ?? 0,
    partitionOf: (key, topic, partitions) =>
      partitioner({
        topic,
        partitionMetadata: (partitionsOf.get(topic) ?? []).slice(0, partitions),
        message: { key, value: '' },
      }),
    async catchUp() {
      for (const { name, partitions } of (await asking(admin.fetchTopicMetadata({ topics }))).topics)
        partitionsOf.set(name.slice(topicPrefix.length), partitions);
      await readToTheEnds();
      known = [...records.keys()].sort().flatMap((place) => records.get(place) ?? []);
      then = partitionsThen(known);
      ids = new Set(known.map(({ id }) => id));
      // Asked before the databases are looked at: what a group has committed by now, they show as done.
      committed = await asking(committedBy(admin));
    },
    async events() {
      const from = Date.now() - recentMs; // later than the databases' own: what is recent here is so for them
      return known.map((record) => {
        const { occurredAt, cameAt: _, ...event } = record;
        return { ...event, recent: occurredAt > from, partitions: then.get(record) ?? 1 };
      });
    },
    async readers() {
      const ends = new Map((await endsOf(topics)).map(({ place, high }) => [place, high]));
      const read = new Map<string, number>();
      for (const { topic, partition, position } of known)
        read.set(`${topicPrefix}${topic}/${partition}`, position);
      return committed.flatMap(({ group, topic, partition, offset }): Reader[] => {
        const place = `${topic}/${partition}`;
        const last = read.get(place);
        if (last === undefined) return [];
        // An offset is the next to read. Meanwhile the log has grown: only who is ahead of it now is wrong.
        const done = offset > (ends.get(place) ?? 0) ? offset : Math.min(offset, last);
        return [
          { topic: topic.slice(topicPrefix.length), partition, next: last + 1, grp: group, committed: done },
        ];
      });
    },
    async missing(outbox, schema) {
      const sent = await outbox<{ id: string }>(
        `SELECT id FROM ${schema}.outbox WHERE created_at > now() - interval '1 day'`,
      );
      return sent.filter(({ id }) => !ids.has(id)).length;
    },
    async unread() {
      // By our own list of who reads what: the brokers do not tell of a group while it rebalances.
      const done = new Map(
        committed.map(({ group, topic, partition, offset }) => [`${group} ${topic}/${partition}`, offset]),
      );
      let unread = 0;
      for (const { topic, partition, position } of known)
        for (const { group } of consumers.filter((consumer) => consumer.topic === topic))
          if (position > (done.get(`${group} ${topicPrefix}${topic}/${partition}`) ?? 0)) unread++;
      return unread;
    },
    close,
  };
}
