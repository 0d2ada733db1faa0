import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../logging/index.js';
import { backoff } from '../backoff.js';
import { Stopped } from '../handle.js';
import type { GroupStatus, Member } from '../member.js';
import { metricsOf } from '../metrics.js';
import { name, type Processor } from '../process.js';
import { connectKafka, consumerOf, type EachBatchPayload, type KafkaConsumer } from './client.js';
import { createLane, type Lane } from './lane.js';
import { type Watch, watchGroup } from './watch.js';

export interface JoinOptions {
  url: string;
  topicPrefix: string;
  group: string;
  topics: string[];
  processor: Processor;
  logger: Logger;
  /** Aborted by `stop`; the processor has the same one. */
  stopping: AbortController;
  batchSize?: number;
  /** How often to look for messages to replay. */
  pollMs?: number;
  /** How long a batch may keep the loop before its partition is paused and the others go on. */
  patienceMs?: number;
}

const commitEveryMs = 500;
const watchEveryMs = 5_000;
const heartbeatMs = 1_000;
const partitionsAtOnce = 4;
/** kafkajs has been seen to wait for ever after a broker's end: no fetch for so long, and it is made anew. */
const stalledAfterMs = 60_000;
const goodbyeMs = 5_000;

/**
 * Joins a Kafka group and works until it is stopped: each partition's batch in its own transaction, offsets after the
 * commits and lazily, since the inbox covers what is read again. Whatever happens to the brokers, it tries again.
 */
export function joinKafka(options: JoinOptions): Member {
  const {
    url,
    topicPrefix,
    group,
    topics,
    processor,
    logger,
    stopping,
    batchSize = 500,
    pollMs = 1_000,
    patienceMs = 5_000,
  } = options;
  const { signal } = stopping;
  const metrics = metricsOf(group);
  const onKafka = (topic: string) => `${topicPrefix}${topic}`;
  const bare = (topic: string) => topic.slice(topicPrefix.length);
  const lanes = new Map<string, Lane>();
  /** Partitions that were ours and whose last work is not over yet. */
  const leaving = new Map<string, Promise<void>>();
  let lag = 0;
  let failure: unknown = new Error('not joined yet');
  let complaint: string | undefined;

  function take(assignment: Record<string, number[]>): void {
    giveUp(); // a member that was taken for dead joins anew without having been asked to leave
    const mine = Object.entries(assignment).flatMap(([topic, partitions]) =>
      partitions.map((partition) => ({ topic: bare(topic), partition })),
    );
    const free = mine.filter((place) => !leaving.has(name(place)));
    const freeTaken = free.length > 0 ? processor.taken(free) : Promise.resolve();
    for (const place of mine) {
      const before = leaving.get(name(place));
      const ready = before ? before.then(() => processor.taken([place])) : freeTaken;
      ready.catch(() => {}); // stopped
      const lane = createLane({
        ...place,
        processor,
        group,
        logger,
        signal,
        ready,
        batchSize,
        replayEveryMs: pollMs,
        onFailure,
      });
      lanes.set(name(place), lane);
    }
    failure = undefined;
    logger.info({ group, partitions: mine.length }, 'partitions taken');
  }

  function giveUp(): void {
    for (const lane of lanes.values()) {
      const over = lane
        .end()
        .catch((error) =>
          // The next owner starts carefully.
          logger.warn({ group, err: error }, 'a partition could not be given up in order'),
        )
        .finally(() => leaving.delete(name(lane)));
      leaving.set(name(lane), over);
    }
    lanes.clear();
  }

  function onFailure(error: unknown): void {
    failure = error;
  }

  async function eachBatch(consumer: KafkaConsumer, payload: EachBatchPayload): Promise<void> {
    const { batch, resolveOffset, heartbeat } = payload;
    const place = { topic: bare(batch.topic), partition: batch.partition };
    const lane = lanes.get(name(place));
    if (!lane || lane.ended()) return; // nothing is resolved: whoever has the partition next reads it again

    const working = lane.handle(batch);
    const beating = setInterval(() => heartbeat().catch(() => {}), heartbeatMs); // the loop's own call tells of trouble
    const late = new AbortController();
    const outcome = await Promise.race([
      working,
      sleep(patienceMs, 'late' as const, { signal: late.signal }).catch(() => {}),
    ]);
    late.abort();
    clearInterval(beating);
    if (outcome !== 'late') {
      if (lane.done() >= Number(batch.firstOffset())) resolveOffset(`${lane.done()}`);
      if (!lane.ended() && failure !== undefined) failure = undefined;
      return;
    }
    // Its key may be tried for half a minute, an outage may last for hours: the other partitions need not wait.
    const paused = [{ topic: batch.topic, partitions: [batch.partition] }];
    consumer.pause(paused);
    void working.then(() => {
      if (lanes.get(name(place)) !== lane) return; // it is somebody else's now, or was taken anew and is resumed there
      consumer.seek({ topic: batch.topic, partition: batch.partition, offset: `${lane.done() + 1}` });
      consumer.resume(paused);
    });
  }

  async function commit(consumer: KafkaConsumer): Promise<void> {
    const done = [...lanes.values()].flatMap((lane) => {
      const offset = lane.uncommitted();
      return offset === undefined ? [] : [{ lane, offset }];
    });
    if (done.length === 0) return;
    await consumer.commitOffsets(
      done.map(({ lane: { topic, partition }, offset }) => ({ topic: onKafka(topic), partition, offset })),
    );
    for (const { lane, offset } of done) lane.committed(offset);
  }

  /** Looks for messages to replay on partitions that have nothing else to do; busy ones do it between batches. */
  function replay(): void {
    const idle = [...lanes.values()].filter((lane) => !lane.busy() && !lane.ended());
    if (idle.length === 0) return;
    const work = processor.replay(idle);
    for (const lane of idle) lane.hold(work);
  }

  async function look(watch: Watch): Promise<void> {
    const all = await watch.unread();
    lag = all.reduce((sum, { unread }) => sum + unread, 0);
    metrics.lag(lag);
    for (const { topic, partition, unread } of all) {
      const lane = lanes.get(name({ topic: bare(topic), partition }));
      if (lane && unread === 0) lane.atEnd = true;
    }
    if (lanes.size > 0 && [...lanes.values()].every(({ atEnd }) => atEnd)) processor.caughtUp();
  }

  /** From connecting until something breaks, or until we stop. */
  async function session(joined: () => void): Promise<void> {
    const kafka = await connectKafka(url, group, logger);
    const watch = await watchGroup(kafka, group, topics.map(onKafka));
    const timers: NodeJS.Timeout[] = [];
    const consumer = consumerOf(kafka, group);
    try {
      complaint = await watch.examine();
      if (complaint) logger.error({ group }, complaint);

      let lastFetch = Date.now();
      const broken = new Promise<never>((_, reject) => {
        consumer.on('consumer.crash', ({ payload }) => reject(payload.error));
        const stalled = () =>
          Date.now() - lastFetch > stalledAfterMs && reject(new Error('nothing was fetched for a minute'));
        timers.push(setInterval(stalled, watchEveryMs));
      });
      broken.catch(() => {}); // awaited below, perhaps too late for Node
      consumer.on('consumer.fetch_start', () => {
        lastFetch = Date.now();
      });
      const quietly = (work: Promise<unknown>) =>
        work.catch((err) => logger.debug({ group, err }, 'the brokers do not answer'));
      consumer.on('consumer.rebalancing', () => {
        // Sent before kafkajs asks to join again, so still in the name of the generation that ends.
        void quietly(commit(consumer));
        giveUp();
      });
      consumer.on('consumer.group_join', ({ payload }) => {
        take(payload.memberAssignment);
        consumer.resume(consumer.paused()); // kafkajs remembers what was paused for whoever had it before
        joined();
        void quietly(look(watch));
      });

      await consumer.connect();
      await consumer.subscribe({ topics: topics.map(onKafka), fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: partitionsAtOnce,
        eachBatch: (payload) => eachBatch(consumer, payload),
      });
      timers.push(setInterval(() => void quietly(commit(consumer)), commitEveryMs));
      timers.push(setInterval(() => void quietly(look(watch)), watchEveryMs));
      timers.push(setInterval(replay, pollMs));
      await Promise.race([broken, stopped]);

      // In order: what is under way ends, is committed, and then the others may have it.
      await Promise.all([...lanes.values()].map((lane) => lane.end().catch(() => {})));
      await quietly(commit(consumer));
    } finally {
      for (const timer of timers) clearInterval(timer);
      giveUp();
      const leave = Promise.allSettled([consumer.disconnect(), watch.close()]);
      await Promise.race([leave, sleep(goodbyeMs, undefined, { ref: false })]);
    }
  }

  const stopped = once(signal, 'abort');
  const running = (async () => {
    const pause = backoff({ first: 100, most: 2_000 });
    while (!signal.aborted) {
      try {
        await Promise.race([
          session(pause.reset),
          stopped.then(() => sleep(2 * goodbyeMs, undefined, { ref: false })),
        ]);
      } catch (error) {
        if (error instanceof Stopped) break;
        if (failure === undefined || `${failure}` !== `${error}`)
          logger.error({ group, err: error }, 'the consumer cannot go on, trying again');
        failure = error;
        await pause.wait(signal);
      }
    }
    await Promise.all(leaving.values());
  })();

  return {
    group,
    status: (): GroupStatus => ({
      group,
      lag,
      partitions: [...lanes.values()].map((lane) => ({
        topic: lane.topic,
        partition: lane.partition,
        committed: lane.done(),
      })),
      failure: failure === undefined ? complaint : String((failure as Error).message ?? failure),
    }),
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
