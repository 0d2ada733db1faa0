import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin, KafkaJSError } from 'kafkajs';
import { consumers } from '../consumers.js';
import { Problem } from '../problem.js';
import { oneByOne, type Topics, topicPrefix } from './topics.js';

// Between two runs nobody reads or writes: what would be dangerous at work is not.

/**
 * Lets groups whose next events are gone go on with the oldest that there are, and adds partitions to topics that have
 * too few and are read to their ends. Says what it did, and what it did not.
 */
export async function repairTopics(
  admin: Admin,
  described: Topics,
  say: (line: string) => void,
): Promise<void> {
  for (const gap of await gapsOf(admin)) {
    await hasNobody(admin, gap.group);
    const { group, topic, partition, low } = gap;
    await admin.setOffsets({ groupId: group, topic, partitions: [{ partition, offset: `${low}` }] });
    say(`${inWords(gap)}; it goes on behind them`);
  }
  for (const topic of described.topics) await grow(admin, topic, described.partitions, say);
}

export interface Gap {
  group: string;
  topic: string;
  partition: number;
  /** The oldest event that there is. */
  low: number;
  /** The one that it would have read next; below 0 where the broker does not say. */
  committed: number;
}

/** Where a group has not read what is gone. */
export async function gapsOf(admin: Admin): Promise<Gap[]> {
  for (const until = Date.now() + loadsWithinMs; ; await sleep(100))
    try {
      return await lookForGaps(admin);
    } catch (error) {
      // A broker that has just started is still reading what groups have committed.
      if (!(error as KafkaJSError).retriable || Date.now() > until) throw error;
    }
}

async function lookForGaps(admin: Admin): Promise<Gap[]> {
  const there = await admin.listTopics(); // what is missing is told of elsewhere
  const read = consumers
    .map(({ group, topic }) => ({ group, topic: `${topicPrefix}${topic}` }))
    .filter(({ topic }) => there.includes(topic));
  const places = await oneByOne(read, async ({ group, topic }) =>
    (await placesOf(admin, group, topic)).map((place) => ({ group, topic, ...place })),
  );
  // Where a group is new, or forgotten, the broker says -1: it begins with the oldest. Below that kafkajs has gone on by itself.
  return places.flat().filter(({ low, committed }) => committed < low && (committed !== -1 || low > 0));
}

export const inWords = ({ group, topic, partition, low, committed }: Gap): string =>
  `${topic}/${partition}: ${committed < 0 ? 'some' : low - committed} events are gone that ${group} had not read`;

/** What came before is read before what comes now, wherever that is: so no key is overtaken. */
async function grow(admin: Admin, name: string, count: number, say: (line: string) => void) {
  const topic = `${topicPrefix}${name}`;
  const [found] = (await admin.fetchTopicMetadata({ topics: [topic] })).topics;
  const had = found?.partitions.length ?? count;
  if (had >= count) return;
  const readers = consumers.filter((consumer) => consumer.topic === name);
  const places = (await oneByOne(readers, ({ group }) => placesOf(admin, group, topic))).flat();
  const unread = places.reduce((sum, { low, high, committed }) => sum + high - Math.max(low, committed), 0);
  if (unread > 0)
    return say(
      `topic ${topic} stays as it is, since ${unread} events on it are not read yet: start again then`,
    );
  await admin.createPartitions({ topicPartitions: [{ topic, count }] });
  say(`topic ${topic} had ${had} partitions and has ${count} now`);
}

async function placesOf(admin: Admin, group: string, topic: string) {
  const [offsets] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
  const ends = await admin.fetchTopicOffsets(topic);
  return ends.map(({ partition, low, high }) => {
    const committed = offsets?.partitions.find((one) => one.partition === partition)?.offset ?? -1;
    return { partition, low: Number(low), high: Number(high), committed: Number(committed) };
  });
}

const loadsWithinMs = 30_000;
const leavesWithinMs = 60_000;

/** Who was killed has not left, and is missed only after a while. */
async function hasNobody(admin: Admin, group: string): Promise<void> {
  for (const until = Date.now() + leavesWithinMs; ; await sleep(200)) {
    const { groups } = await admin.describeGroups([group]);
    if (!groups[0]?.members.length) return;
    if (Date.now() > until) throw new Problem(`Somebody else reads as ${group}: its place cannot be set.`);
  }
}
