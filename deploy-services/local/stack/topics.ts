import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Admin, Kafka, logLevel } from 'kafkajs';
import { root } from '../topology.js';

/** What topics.json describes. */
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

/**
 * Creates the topics that are missing and sets how long each keeps its events; returns what is wrong with those that are
 * there, in words, and cannot be changed.
 */
export async function applyTopics(admin: Admin, described: Topics): Promise<string[]> {
  const names = namesOf(described);
  const there = await admin.listTopics();
  const missing = names.filter((name) => !there.includes(name));
  await createTopics(admin, missing, described.partitions, retentionMs(described));
  const forgetful = (await settingsOf(admin, names)).filter(({ ms }) => ms !== retentionMs(described));
  if (forgetful.length > 0)
    await admin.alterConfigs({
      validateOnly: false,
      resources: forgetful.map(({ name, others }) => ({
        type: TOPIC,
        name,
        // What is not named goes back to its default.
        configEntries: [...others, { name: retention, value: `${retentionMs(described)}` }],
      })),
    });
  return wrongPartitions(admin, described, await admin.listTopics()); // of what was set just now the broker may still tell the old
}

/**
 * Resolves when the broker knows of them, which is a moment after its controller; kafkajs, were it to wait for that, would
 * give up at the first answer. How many copies a topic has is left to the broker: its default.replication.factor.
 */
export async function createTopics(
  admin: Admin,
  names: string[],
  numPartitions: number,
  keptMs: number,
): Promise<void> {
  const configEntries = [{ name: retention, value: `${keptMs}` }];
  const topics = names.map((topic) => ({ topic, numPartitions, configEntries }));
  await admin.createTopics({ waitForLeaders: false, topics });
  for (const until = Date.now() + knownWithinMs; Date.now() < until; await sleep(20)) {
    const there = await admin.listTopics();
    if (names.every((name) => there.includes(name))) return;
  }
}

/** What is not as it is described, in words. */
export async function wrongTopics(admin: Admin, described: Topics): Promise<string[]> {
  const there = await admin.listTopics();
  const found = namesOf(described).filter((name) => there.includes(name));
  return [
    ...(await wrongPartitions(admin, described, there)),
    ...(await settingsOf(admin, found))
      .filter(({ ms }) => ms !== retentionMs(described))
      .map(
        ({ name, ms }) =>
          `topic ${name} keeps its events for ${ms / dayMs} days, not ${described.retentionDays}`,
      ),
  ];
}

async function wrongPartitions(admin: Admin, described: Topics, there: string[]): Promise<string[]> {
  const { partitions } = described;
  const names = namesOf(described);
  const found = names.filter((name) => there.includes(name));
  // Without names kafkajs asks for all topics.
  const { topics } = found.length > 0 ? await admin.fetchTopicMetadata({ topics: found }) : { topics: [] };
  return [
    ...names.filter((name) => !there.includes(name)).map((name) => `topic ${name} is missing`),
    ...topics
      .filter((topic) => topic.partitions.length !== partitions)
      .map((topic) => `topic ${topic.name} has ${topic.partitions.length} partitions, not ${partitions}`),
  ];
}

const knownWithinMs = 10_000;
const dayMs = 86_400_000;
/** Not by name: Node does not see it among kafkajs's exports. */
const { TOPIC } = kafkajs.ConfigResourceTypes;
const { TOPIC_CONFIG } = kafkajs.ConfigSource;
const retention = 'retention.ms';
export const retentionMs = ({ retentionDays }: Topics) => retentionDays * dayMs;
const namesOf = ({ topics }: Topics) => topics.map((topic) => `${topicPrefix}${topic}`);

interface Settings {
  name: string;
  /** How long it keeps its events. */
  ms: number;
  /** What else somebody has set for this topic. */
  others: { name: string; value: string }[];
}

async function settingsOf(admin: Admin, names: string[]): Promise<Settings[]> {
  if (names.length === 0) return [];
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: names.map((name) => ({ type: TOPIC, name })),
  });
  return resources.map(({ resourceName, configEntries }) => ({
    name: resourceName,
    ms: Number(configEntries.find(({ configName }) => configName === retention)?.configValue),
    others: configEntries
      .filter(({ configName, configSource }) => configName !== retention && configSource === TOPIC_CONFIG)
      .map(({ configName, configValue }) => ({ name: configName, value: configValue })),
  }));
}
