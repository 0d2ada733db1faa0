import type { TopicPartition } from '../process.js';
import type { KafkaConsumer } from './client.js';
import { unknown, type Watch } from './watch.js';

/**
 * A group that is new commits where it begins, before its own tables say that it was there: else, having read nothing
 * yet, it would look the next time as if it had been forgotten. Rejects when that cannot be done now.
 */
export async function begin(
  consumer: KafkaConsumer,
  watch: Watch,
  { topic, partition }: TopicPartition,
): Promise<void> {
  const look = async () => (await watch.places([topic])).find((one) => one.partition === partition);
  const place = await look();
  if (place?.committed !== unknown) return;
  await consumer.commitOffsets([{ topic, partition, offset: `${place.low}` }]);
  // kafkajs says nothing when it is ending and commits nothing.
  if ((await look())?.committed === unknown)
    throw new Error(`${topic}/${partition}: where the group begins could not be committed`);
}
