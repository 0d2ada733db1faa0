import kafkajs from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { applyTopics, kafkaAt, topicPrefix, wrongTopics } from '../../local/stack/topics.js';

const described = { topics: ['new', 'old'], partitions: 2, retentionDays: 3 };
const onKafka = (topic: string) => `${topicPrefix}${topic}`;
const admin = kafkaAt(process.env.MARKET_TEST_KAFKA ?? '').admin();
beforeAll(() => admin.connect());
afterAll(async () => {
  await admin.deleteTopics({ topics: described.topics.map(onKafka) });
  await admin.disconnect();
});

const apply = () => applyTopics(admin, described);
const wrong = () => wrongTopics(admin, described);

test('topics are made as they are described, and are told of where they are not', async () => {
  expect(await wrong()).toEqual(['topic market.new is missing', 'topic market.old is missing']);
  expect(await apply()).toEqual([]);
  expect(await wrong()).toEqual([]);

  const resource = { type: kafkajs.ConfigResourceTypes.TOPIC, name: onKafka('old') };
  const kept = { name: 'max.message.bytes', value: '2000000' };
  const configEntries = [{ name: 'retention.ms', value: '86400000' }, kept];
  await admin.alterConfigs({ validateOnly: false, resources: [{ ...resource, configEntries }] });
  await admin.createPartitions({ topicPartitions: [{ topic: onKafka('new'), count: 3 }] });
  const grown = 'topic market.new has 3 partitions, not 2';
  await expect.poll(wrong).toEqual([grown, 'topic market.old keeps its events for 1 days, not 3']);
  // How long it keeps them can be changed, and is; its partitions are for life.
  expect(await apply()).toEqual([grown]);
  await expect.poll(wrong).toEqual([grown]);

  // What else somebody has set for a topic stays.
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ ...resource, configNames: [kept.name] }],
  });
  expect(resources[0]?.configEntries[0]?.configValue).toBe(kept.value);
});
