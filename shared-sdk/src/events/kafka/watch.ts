import { AppError } from '../../errors/index.js';
import { partitionsPerTopic } from '../../relay/partitions.js';
import { name, type TopicPartition } from '../process.js';
import type { Kafka } from './client.js';

/** What the brokers know of a group that its members do not: how far it is, and whether its topics are right. */
export interface Watch {
  /** Connects. Rejects when a topic is missing or the group has missed events. */
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
  /** From where on the group has not read; below 0 where the brokers do not say. */
  committed: number;
}

/** What the brokers say of a group that is new to them. */
export const unknown = -1;

/** Where the log no longer has what a group wants, kafkajs goes on with the oldest, without a word, and commits this. */
const passedOver = -2;

/** They forget a group a week after its last member has left: it is new to them, but not to its own tables. */
const forgotten = -3;

/** The group is new to the brokers, and the partition has lost what it had before. */
const startsLate = ({ low, committed }: Place) => committed === unknown && low > 0;

/** The loss of events that a group has not read. `done`: the last that it has read for certain, if it has. */
export function gapOf(
  group: string,
  { topic, partition, low, committed }: Place,
  done = -1,
): AppError | undefined {
  const next = done >= 0 ? done + 1 : committed;
  const gap = (what: string) => new AppError('LOG_GAP', 'internal', `${topic}/${partition} ${what}`);
  if (next >= 0 && next < low)
    return gap(`begins at ${low}, and ${group} has read up to ${next}: events are missing`);
  if (committed === passedOver)
    return gap(`no longer has what ${group} would have read next: events are missing`);
  if (next === forgotten)
    return gap(`begins at ${low}, and how far ${group} has read is forgotten: events may be missing`);
  return undefined;
}

export const unread = ({ low, high, committed }: Place): number =>
  Math.max(0, high - Math.max(low, committed));

export function watchGroup(
  kafka: Kafka,
  group: string,
  topics: string[],
  wasTaken: (place: TopicPartition) => Promise<boolean>,
): Watch {
  const admin = kafka.admin();

  async function asked(some: string[]): Promise<Place[]> {
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
          committed: committed.get(`${topic}/${partition}`) ?? unknown,
        })),
      ),
    );
    return all.flat();
  }

  async function places(some = topics): Promise<Place[]> {
    const all = await asked(some);
    const taken: string[] = [];
    for (const place of all) if (startsLate(place) && (await wasTaken(place))) taken.push(name(place));
    if (taken.length === 0) return all;
    // Asked once more: who was there has committed first, perhaps just now.
    return (await asked(some)).map((place) =>
      startsLate(place) && taken.includes(name(place)) ? { ...place, committed: forgotten } : place,
    );
  }

  return {
    async examine() {
      await admin.connect();
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
