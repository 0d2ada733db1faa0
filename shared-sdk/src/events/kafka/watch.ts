import { partitionsPerTopic } from '../../relay/partitions.js';
import type { TopicPartition } from '../process.js';
import type { Kafka } from './client.js';

/** What the brokers know of a group that its members do not: how far it is behind, and whether its topics are right. */
export interface Watch {
  /**
   * Rejects when a topic is missing or the group has missed events. Returns what is wrong but can be lived with: a topic
   * with fewer partitions keeps its keys in order, until somebody adds some.
   */
  examine(): Promise<string | undefined>;
  /** Messages of each partition that the group has not committed. */
  unread(): Promise<(TopicPartition & { unread: number })[]>;
  close(): Promise<void>;
}

export async function watchGroup(kafka: Kafka, group: string, topics: string[]): Promise<Watch> {
  const admin = kafka.admin();
  await admin.connect();

  const offsets = async () => {
    const committed = new Map(
      (await admin.fetchOffsets({ groupId: group, topics })).flatMap(({ topic, partitions }) =>
        partitions.map(({ partition, offset }) => [`${topic}/${partition}`, Number(offset)] as const),
      ),
    );
    const all = await Promise.all(
      topics.map(async (topic) =>
        (await admin.fetchTopicOffsets(topic)).map(({ partition, low, high }) => ({
          topic,
          partition,
          low: Number(low),
          high: Number(high),
          committed: committed.get(`${topic}/${partition}`) ?? -1, // -1: the group is new there
        })),
      ),
    );
    return all.flat();
  };

  return {
    async examine() {
      const known = await admin.listTopics();
      const missing = topics.filter((topic) => !known.includes(topic));
      if (missing.length > 0) throw new Error(`there is no topic ${missing.join(', ')}`);
      const all = await offsets();
      for (const { topic, partition, low, committed } of all)
        if (committed >= 0 && committed < low)
          throw new Error(
            `${topic}/${partition} begins at ${low}, and ${group} has read up to ${committed}: events are missing`,
          );
      const wrong = topics
        .map((topic) => ({ topic, n: all.filter((place) => place.topic === topic).length }))
        .filter(({ n }) => n !== partitionsPerTopic);
      if (wrong.length === 0) return undefined;
      return wrong
        .map(({ topic, n }) => `${topic} has ${n} partitions, not ${partitionsPerTopic}`)
        .join(', ');
    },
    async unread() {
      return (await offsets()).map(({ topic, partition, low, high, committed }) => ({
        topic,
        partition,
        unread: Math.max(0, high - Math.max(low, committed)),
      }));
    },
    close: () => admin.disconnect(),
  };
}
