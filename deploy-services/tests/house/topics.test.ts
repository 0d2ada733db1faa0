import * as events from '@msa-event-market/shared-sdk/events';
import { partitionsPerTopic } from '@msa-event-market/shared-sdk/relay';
import { expect, test } from 'vitest';
import { consumers } from '../../local/consumers.js';
import { fill, properties } from '../../local/stack/fill.js';
import { describedTopics } from '../../local/stack/topics.js';

const described = describedTopics();

test('topics.json describes the topics of the SDK’s catalogues, and no other', () => {
  const topics = Object.values(events).flatMap((one) =>
    typeof one === 'object' && 'topic' in one ? [one.topic] : [],
  );
  expect(described.topics.toSorted()).toEqual(topics.toSorted());
  expect(described.topics).toEqual(expect.arrayContaining(consumers.map(({ topic }) => topic)));
});

test('topics have as many partitions on Kafka as in the embedded log', () => {
  expect(described.partitions).toBe(partitionsPerTopic);
});

test('topics forget before the outboxes do, which the checker compares them with', () => {
  expect(described.retentionDays).toBeGreaterThan(6);
  expect(described.retentionDays).toBeLessThan(10);
});

test('a group that is away keeps its place for longer than its topics keep their events', () => {
  const broker = properties(fill('broker.properties', { folder: '', broker: 0, controller: 0 }));
  const days = Number(broker['offsets.retention.minutes']) / (24 * 60);
  expect(days).toBeGreaterThan(described.retentionDays + 7);
});
