import type { EachBatchPayload, KafkaConsumer } from './client.js';
import type { Lanes } from './lanes.js';

export type SendOffsets = EachBatchPayload['commitOffsetsIfNecessary'];

/**
 * Stores how far the lanes are, one request at a time and each tried once; the next comes soon. kafkajs's own
 * `commitOffsets` goes on trying for seconds: an old offset would follow a new one, or be sent in the name of a later
 * generation, when the partition is somebody else's.
 */
export function committer(lanes: Lanes, consumer: KafkaConsumer, onKafka: (topic: string) => string) {
  let underWay: Promise<void> | undefined;

  async function once(send: SendOffsets): Promise<void> {
    const done = lanes.all().flatMap((lane) => {
      const offset = lane.uncommitted();
      return offset === undefined ? [] : [{ lane, offset }];
    });
    if (done.length === 0) return;
    const topics = [...new Set(done.map(({ lane }) => lane.topic))].map((topic) => ({
      topic: onKafka(topic),
      partitions: done
        .filter(({ lane }) => lane.topic === topic)
        .map(({ lane: { partition }, offset }) => ({ partition, offset })),
    }));
    await send({ topics });
    for (const { lane, offset } of done) lane.committed(offset);
  }

  const committing = {
    /**
     * What a batch brings to send offsets with. Before the first there is only the other; what that puts back is stored
     * again when somebody looks.
     */
    send: (({ topics = [] } = { topics: [] }) =>
      consumer.commitOffsets(
        topics.flatMap(({ topic, partitions }) => partitions.map((place) => ({ topic, ...place }))),
      )) as SendOffsets,
    commit(): Promise<void> {
      underWay ??= once(committing.send).finally(() => {
        underWay = undefined;
      });
      return underWay;
    },
    /** Also what was done since the request under way. */
    async commitAll(): Promise<void> {
      await underWay?.catch(() => {});
      await committing.commit();
    },
  };
  return committing;
}
