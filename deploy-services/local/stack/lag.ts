import { type Admin, AssignerProtocol } from 'kafkajs';
import { groups } from '../consumers.js';
import { oneByOne } from './topics.js';

export interface GroupLag {
  group: string;
  members: number;
  /** Events of its topics that it has not committed. */
  unread: number;
}

// Our own groups, whether or not they have ever joined. What a stranger reads, with a console consumer say, and how far
// it got, is nobody's business: the market does not wait for it.

/** How far each group of the services is behind. */
export async function lagOfGroups(admin: Admin): Promise<GroupLag[]> {
  const there = await admin.listTopics(); // what is missing is told of elsewhere
  return oneByOne(groups.toSorted(), (group) => lagOf(admin, group, there));
}

export interface Committed {
  group: string;
  topic: string;
  partition: number;
  offset: number;
}

/** What each group of the services has committed. */
export async function committedBy(admin: Admin): Promise<Committed[]> {
  const all = await oneByOne(groups, async (group) =>
    (await admin.fetchOffsets({ groupId: group })).flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, offset }) => ({ group, topic, partition, offset: Number(offset) })),
    ),
  );
  return all.flat();
}

async function lagOf(admin: Admin, group: string, there: string[]): Promise<GroupLag> {
  const { groups } = await admin.describeGroups([group]);
  const offsets = await admin.fetchOffsets({ groupId: group });
  const members = groups[0]?.members ?? [];
  // What its members have asked for, and what it has read before: a new group has committed nothing yet.
  const topics = new Set(members.flatMap(({ memberMetadata }) => topicsIn(memberMetadata)));
  const committed = new Map<string, number>();
  for (const { topic, partitions } of offsets) {
    topics.add(topic);
    for (const { partition, offset } of partitions) committed.set(`${topic}/${partition}`, Number(offset));
  }
  const found = [...topics].filter((topic) => there.includes(topic));
  const behind = await oneByOne(found, async (topic) =>
    (await admin.fetchTopicOffsets(topic)).map(({ partition, low, high }) => {
      const from = Math.max(Number(low), committed.get(`${topic}/${partition}`) ?? 0);
      return Math.max(0, Number(high) - from);
    }),
  );
  return { group, members: members.length, unread: behind.flat().reduce((sum, n) => sum + n, 0) };
}

/** While its group rebalances, a member has said nothing yet. */
const topicsIn = (metadata: Buffer): string[] =>
  metadata.length > 0 ? (AssignerProtocol.MemberMetadata.decode(metadata)?.topics ?? []) : [];
