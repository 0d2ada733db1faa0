import type { Admin } from 'kafkajs';
import { expect, test } from 'vitest';
import { groups } from '../../local/consumers.js';
import { committedBy, lagOfGroups } from '../../local/stack/lag.js';

/** Everybody has read 3 of the 10 events of a topic; a stranger, who is there as well, none. */
const admin = {
  listGroups: async () => ({
    groups: [...groups, 'console-consumer-71'].map((groupId) => ({ groupId, protocolType: 'consumer' })),
  }),
  listTopics: async () => ['market.order'],
  describeGroups: async () => ({ groups: [{ members: [] }] }),
  fetchOffsets: async ({ groupId }: { groupId: string }) => [
    {
      topic: 'market.order',
      partitions: [{ partition: 0, offset: groups.includes(groupId) ? '3' : '-1', metadata: null }],
    },
  ],
  fetchTopicOffsets: async () => [{ partition: 0, offset: '10', low: '0', high: '10' }],
} as unknown as Admin;

test('only the groups of the services are looked at: nobody waits for a stranger who reads along', async () => {
  const mine = groups.toSorted();
  expect(await lagOfGroups(admin)).toEqual(mine.map((group) => ({ group, members: 0, unread: 7 })));
  const committed = await committedBy(admin);
  expect(committed.map(({ group }) => group).sort()).toEqual(mine);
});

test('a topic that is missing hides nothing else', async () => {
  const fetchTopicOffsets = () => Promise.reject(new Error('This server does not host this topic-partition'));
  const told = await lagOfGroups({
    ...admin,
    listTopics: async () => [],
    fetchTopicOffsets,
  } as unknown as Admin);
  expect(told.map(({ unread }) => unread)).toEqual([0, 0, 0, 0, 0]);
});
