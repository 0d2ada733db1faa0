import { setTimeout as sleep } from 'node:timers/promises';
import { Stopped } from '../handle.js';
import type { MemberOptions } from '../member.js';
import type { TopicPartition } from '../process.js';
import { begin } from './begin.js';
import { type BatchPassed, connectKafka, consumerOf, type EachBatchPayload } from './client.js';
import { committer } from './commit.js';
import { eachBatch } from './each-batch.js';
import type { Lanes } from './lanes.js';
import { gapOf, unread, watchGroup } from './watch.js';

const commitEveryMs = 500;
const watchEveryMs = 5_000;
const partitionsAtOnce = 4;
/** kafkajs tries for minutes, and has been seen to wait for ever: no fetch for so long, and it is made anew. */
const stalledAfterMs = 60_000;
export const goodbyeMs = 5_000;

export interface SessionOptions extends MemberOptions {
  topicPrefix: string;
  pollMs: number;
  /** How long a batch may keep the loop before its partition is paused and the others go on. */
  patienceMs: number;
  lanes: Lanes;
  onJoin(): void;
  /** What is wrong with the topics, though we can live with it. */
  onComplaint(complaint: string | undefined): void;
  onLag(messages: number): void;
}

/** One stay in a Kafka group: from connecting until something breaks, or until `stopped`. */
export async function session(options: SessionOptions, stopped: Promise<unknown>): Promise<void> {
  const { url, topicPrefix, group, topics, processor, logger, pollMs, patienceMs, lanes } = options;
  const onKafka = (topic: string) => `${topicPrefix}${topic}`;
  const here = ({ topic, partition }: TopicPartition) => ({
    topic: topic.slice(topicPrefix.length),
    partition,
  });
  const kafka = await connectKafka(url, group, logger);
  const watch = watchGroup(kafka, group, topics.map(onKafka), (place) => processor.wasTaken(here(place)));
  const consumer = consumerOf(kafka, group);
  const offsets = committer(lanes, consumer, onKafka);
  const timers: NodeJS.Timeout[] = [];
  let lastFetch = Date.now();
  /** What was ours is given up, and we have not met the group again. */
  let adrift = false;
  /** Somebody else has the lanes: what kafkajs still does here is for nobody. */
  let over = false;
  const laneOf = (place: TopicPartition) => (over ? undefined : lanes.of(here(place)));
  let fail: (error: unknown) => void = () => {};
  const broken = new Promise<never>((_, reject) => {
    fail = reject;
  });
  broken.catch(() => {}); // awaited below, perhaps too late for Node
  const quietly = (work: Promise<unknown>) =>
    work.catch((err) => logger.debug({ group, err }, 'the brokers do not answer'));

  async function onBatch(payload: EachBatchPayload): Promise<void> {
    const { batch, commitOffsetsIfNecessary } = payload;
    const lane = laneOf(batch);
    // Its coordinator gone, kafkajs asks us to give all up; when it then cannot join, since the broker is gone as well, it
    // tries to fetch again, is taken for the old member and reads on: for ever, and nothing of it would be ours.
    if (!lane && adrift) fail(new Error('kafkajs reads on without having joined again'));
    // Nothing is resolved: whoever has the partition next reads it again.
    if (!lane) return;
    if (lane.ended()) return consumer.pause([{ topic: batch.topic, partitions: [batch.partition] }]); // and we do not
    offsets.send = commitOffsetsIfNecessary;
    if (await goesOn(batch, batch.firstOffset(), lane.done()))
      await eachBatch(payload, consumer, lane, patienceMs);
  }

  /** Offsets without a message, as a transaction's end takes one, come in no batch: kafkajs passes by them. */
  async function onNothing(passed: BatchPassed): Promise<void> {
    const lane = laneOf(passed);
    if (!lane || lane.ended()) return;
    const { firstOffset, lastOffset, highWatermark } = passed;
    if (await goesOn(passed, firstOffset, lane.done()))
      await lane.handle({ messages: [], highWatermark, lastOffset: () => lastOffset });
  }

  /** Offsets may leave some out, as a compaction does: only what the log has lost is a gap. */
  async function goesOn(
    { topic, partition }: TopicPartition,
    first: string | null,
    done: number,
  ): Promise<boolean> {
    if (done >= 0 && Number(first) === done + 1) return true;
    try {
      const place = (await watch.places([topic])).find((one) => one.partition === partition);
      const gap = place && gapOf(group, place, done);
      if (gap) throw gap;
      return true;
    } catch (error) {
      fail(error);
      return false;
    }
  }

  async function look(): Promise<void> {
    const all = await watch.places();
    if (over) return;
    options.onLag(all.reduce((sum, place) => sum + unread(place), 0));
    for (const place of all) {
      const lane = lanes.of(here(place));
      if (!lane) continue;
      if (unread(place) === 0) lane.atEnd = true;
      if (place.committed >= 0) lane.stored(place.committed);
      const gap = lane.busy() ? undefined : gapOf(group, place, lane.done());
      if (gap) fail(gap);
    }
    if (lanes.all().length > 0 && lanes.all().every(({ atEnd }) => atEnd)) processor.caughtUp();
    const complaint = await watch.wrongPartitions();
    if (!over) options.onComplaint(complaint);
  }

  /** Looks for messages to replay on partitions that have nothing else to do; busy ones do it between batches. */
  function replay(): void {
    const idle = lanes.all().filter((lane) => !lane.busy() && !lane.ended());
    if (idle.length === 0) return;
    const work = processor.replay(idle);
    for (const lane of idle) lane.hold(work);
    work.catch((err) => {
      if (!(err instanceof Stopped)) logger.error({ group, err }, 'a replay failed, trying again');
    });
  }

  async function start(): Promise<void> {
    await watch.examine();
    await consumer.connect();
    await consumer.subscribe({ topics: topics.map(onKafka), fromBeginning: true });
    if (over) return;
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: partitionsAtOnce,
      eachBatch: onBatch,
    });
  }
  consumer.on('consumer.crash', ({ payload }) => fail(payload.error));
  consumer.on('consumer.fetch_start', () => {
    lastFetch = Date.now();
  });
  consumer.on('consumer.rebalancing', () => {
    if (over) return;
    adrift = true;
    // Sent before kafkajs asks to join again, so still in the name of the generation that ends.
    void quietly(offsets.commit());
    lanes.giveUp();
  });
  consumer.on('consumer.group_join', ({ payload }) => {
    if (over) return;
    adrift = false;
    lanes.take(
      Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) =>
        partitions.map((partition) => here({ topic, partition })),
      ),
      (place) => begin(consumer, watch, { ...place, topic: onKafka(place.topic) }),
    );
    consumer.resume(consumer.paused()); // kafkajs remembers what was paused for whoever had it before
    options.onJoin();
    void quietly(look());
  });
  consumer.on('consumer.end_batch_process', ({ payload }) => {
    if (payload.batchSize === 0) void onNothing(payload);
  });

  const starting = start();
  try {
    const stalled = () => Date.now() - lastFetch > stalledAfterMs;
    timers.push(
      setInterval(() => stalled() && fail(new Error('nothing was fetched for a minute')), watchEveryMs),
    );
    await Promise.race([broken, stopped, starting]);
    timers.push(
      setInterval(() => void quietly(offsets.commit()), commitEveryMs),
      setInterval(() => void quietly(look()), watchEveryMs),
      setInterval(replay, pollMs),
    );
    await Promise.race([broken, stopped]);

    // In order: what is under way ends, is committed, and then the others may have it.
    await Promise.all(lanes.all().map((lane) => lane.end().catch(() => {})));
    await quietly(offsets.commitAll());
  } finally {
    over = true;
    for (const timer of timers) clearInterval(timer);
    lanes.giveUp();
    // Only once it has begun: kafkajs would join all the same, and nobody could end it.
    const leave = starting
      .catch(() => {})
      .then(() => Promise.allSettled([consumer.disconnect(), watch.close()]));
    await Promise.race([leave, sleep(goodbyeMs, undefined, { ref: false })]);
  }
}
