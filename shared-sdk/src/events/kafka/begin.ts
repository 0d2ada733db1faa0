import type { TopicPartition } from '../process.js';
import type { KafkaConsumer } from './client.js';
import { startsLate, type Watch } from './watch.js';

/**
 * A group that starts late commits where, before its own tables say that it was there: else, with nothing to read, it
 * would look the next time as if it had been forgotten.
 */
export async function begin(
  consumer: KafkaConsumer,
  watch: Watch,
  { topic, partition }: TopicPartition,
): Promise<void> {
  for (;;) {
    const all = await watch.places([topic]);
    const place = all.find((one) => one.partition === partition);
    if (!place || !startsLate(place)) return;
    // Asked again: kafkajs says nothing when it is ending and commits nothing.
    await consumer.commitOffsets([{ topic, partition, offset: `${place.low}` }]);
  }
}
