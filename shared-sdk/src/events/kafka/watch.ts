import { AppError } from '../../errors/index.js';
import { partitionsPerTopic } from '../../relay/partitions.js';
import type { TopicPartition } from '../process.js';
import type { Kafka } from './client.js';

/** What the brokers know of a group that its members do not: how far it is, and whether its topics are right. */
export interface Watch {
  /** Rejects when a topic is missing or the group has missed events. */
  examine(): Promise<void>;
  /** What can be lived with: a topic with fewer partitions keeps its keys in order, until somebody adds some. */
  wrongPartitions(): Promise<string | undefined>;
  /** Of these topics, or of all. */
  places(some?: string[]): Promise<Place[]>;
  close(): Promise<void>;
}

export interface Place extends TopicPartition {
  /** The oldest offset that the partition still has, and the one after its newest. */
  low: number;
  high: number;
  /** From where on the group has not read; -1 where it is new. */
  committed: number;
}

/** Where the log no longer has what a group wants, kafkajs goes on with the oldest, without a word, and commits this. */
const passedOver = -2;

/** The loss of events that a group has not read. `done`: the last that it has read for certain, if it has. */
export function gapOf(group: string, place: Place, done = -1): AppError | undefined {
  const { topic, partition, low, committed } = place;
  const next = done >= 0 ? done + 1 : committed;
  const read =
    next >= 0 && next < low
      ? `begins at ${low}, and ${group} has read up to ${next}`
      : committed === passedOver && `no longer has what ${group} would have read next`;
  if (!read) return undefined;
  return new AppError('LOG_GAP', 'internal', `${topic}/${partition} ${read}: events are missing`);
}

export const unread = ({ low, high, committed }: Place): number =>
  Math.max(0, high - Math.max(low, committed));

export async function watchGroup(kafka: Kafka, group: string, topics: string[]): Promise<Watch> {
  const admin = kafka.admin();
  await admin.connect();

  async function places(some = topics): Promise<Place[]> {
    const committed = new Map(
      (await admin.fetchOffsets({ groupId: group, topics: some })).flatMap(({ topic, partitions }) =>
        partitions.map(({ partition, offset }) => [`${topic}/${partition}`, Number(offset)] as const),
      ),
    );
    const all = await Promise.all(
      some.map(async (topic) =>
        (await admin.fetchTopicOffsets(topic)).map(({ partition, low, high }) => ({
          topic,
          partition,
          low: Number(low),
          high: Number(high),
          committed: committed.get(`${topic}/${partition}`) ?? -1,
        })),
      ),
    );
    return all.flat();
  }

  return {
    async examine() {
      const known = await admin.listTopics();
      const missing = topics.filter((topic) => !known.includes(topic));
      if (missing.length > 0) throw new Error(`there is no topic ${missing.join(', ')}`);
      const all = await places();
      const gap = all.map((place) => gapOf(group, place)).find((lost) => lost !== undefined);
      if (gap) throw gap;
    },
    async wrongPartitions() {
      // Not from `places`: kafkajs remembers for minutes how many there were.
      const { topics: found } = await admin.fetchTopicMetadata({ topics });
      const wrong = found.filter(({ partitions }) => partitions.length !== partitionsPerTopic);
      if (wrong.length === 0) return undefined;
      return wrong
        .map(
          ({ name, partitions }) => `${name} has ${partitions.length} partitions, not ${partitionsPerTopic}`,
        )
        .join(', ');
    },
    places,
    close: () => admin.disconnect(),
  };
}
