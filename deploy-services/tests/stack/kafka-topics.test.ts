import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { kafkaTopics } from '../../local/kafka-topics.js';
import { describedTopics } from '../../local/stack/topics.js';

test('each topic of topics.json is one for Kubernetes, under a name that it takes', () => {
  const { items } = kafkaTopics({ topics: ['order', 'stock'], partitions: 4, retentionDays: 7 }, 'kafka');
  expect(items.map(({ metadata }) => metadata.name)).toEqual(['market.order', 'market.stock']);
  for (const { metadata, spec } of items) {
    expect(metadata.name).toMatch(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/);
    expect(metadata.labels).toEqual({ 'strimzi.io/cluster': 'kafka' });
    expect(spec).toEqual({ partitions: 4, config: { 'retention.ms': 604_800_000 } });
  }
});

test('npm run topics prints them and nothing else', () => {
  const door = fileURLToPath(new URL('../../local/market.mjs', import.meta.url));
  const { status, stdout } = spawnSync(process.execPath, [door, 'topics', '--cluster', 'mine'], {
    encoding: 'utf8',
  });
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toEqual(kafkaTopics(describedTopics(), 'mine'));
});
