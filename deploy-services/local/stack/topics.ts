import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { root } from '../topology.js';

export interface Topics {
  topics: string[];
  /** For life: a topic that grows sends its keys to other partitions, and their order is lost. */
  partitions: number;
  retentionDays: number;
}

export const topicPrefix = 'market.';

export const describedTopics = (): Topics =>
  JSON.parse(readFileSync(path.join(root, 'deploy-services/topics.json'), 'utf8')) as Topics;

/** A client that waits a while for a broker that is starting. */
export const kafkaAt = (broker: string) =>
  new Kafka({
    brokers: [broker],
    clientId: 'launcher',
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 100, maxRetryTime: 500, retries: 5 },
  });

/** When one question to kafkajs fails, others under way would go on, connect again after the end, and hold the process. */
export async function oneByOne<T, R>(all: readonly T[], ask: (one: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  for (const one of all) answers.push(await ask(one));
  return answers;
}

/** Creates the topics that are missing; returns what is wrong with those that are there, in words. */
export async function createTopics(
  admin: Admin,
  { topics, partitions, retentionDays }: Topics,
): Promise<string[]> {
  const names = topics.map((topic) => `${topicPrefix}${topic}`);
  const there = await admin.listTopics();
  await admin.createTopics({
    waitForLeaders: true,
    topics: names
      .filter((name) => !there.includes(name))
      .map((topic) => ({
        topic,
        numPartitions: partitions,
        replicationFactor: 1,
        configEntries: [{ name: 'retention.ms', value: `${retentionDays * 86_400_000}` }],
      })),
  });
  return wrongTopics(admin, { topics, partitions });
}

export async function wrongTopics(
  admin: Admin,
  { topics, partitions }: Pick<Topics, 'topics' | 'partitions'>,
): Promise<string[]> {
  const names = topics.map((topic) => `${topicPrefix}${topic}`);
  const there = await admin.listTopics();
  const { topics: found } = await admin.fetchTopicMetadata({
    topics: names.filter((name) => there.includes(name)),
  });
  return [
    ...names.filter((name) => !there.includes(name)).map((name) => `topic ${name} is missing`),
    ...found
      .filter(({ name, partitions: has }) => names.includes(name) && has.length !== partitions)
      .map((topic) => `topic ${topic.name} has ${topic.partitions.length} partitions, not ${partitions}`),
  ];
}
