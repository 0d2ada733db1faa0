import { setTimeout as sleep } from 'node:timers/promises';
import type { EachBatchPayload, KafkaConsumer } from './client.js';
import type { Lane } from './lane.js';

const heartbeatMs = 1_000;

/**
 * Gives a batch to its lane. kafkajs fetches no more while a batch is with us, so one that takes longer than
 * `patienceMs` is left to its lane, and its partition paused until then: its key may be tried for half a minute, an
 * outage may last for hours, and the other partitions need not wait.
 */
export async function eachBatch(
  { batch, resolveOffset, heartbeat }: EachBatchPayload,
  consumer: KafkaConsumer,
  lane: Lane,
  patienceMs: number,
): Promise<void> {
  const working = lane.handle(batch);
  const beating = setInterval(() => heartbeat().catch(() => {}), heartbeatMs); // the loop's own call tells of trouble
  const late = new AbortController();
  const outcome = await Promise.race([
    working,
    sleep(patienceMs, 'late' as const, { signal: late.signal }).catch(() => {}),
  ]);
  late.abort();
  clearInterval(beating);
  // Another broker's fetcher may have met the group anew meanwhile: then nothing is ours to resolve or to pause, and
  // whoever has the partition now reads it again.
  if (lane.ended()) return;
  const first = Number(batch.firstOffset());
  if (outcome !== 'late') {
    if (lane.done() >= first) resolveOffset(`${lane.done()}`);
    return;
  }
  const { topic, partition } = batch;
  const paused = [{ topic, partitions: [partition] }];
  consumer.pause(paused);
  void working.then(() => {
    if (lane.ended()) return; // it was given up, or taken anew and resumed there
    try {
      consumer.seek({ topic, partition, offset: `${Math.max(first, lane.done() + 1)}` });
      consumer.resume(paused);
    } catch {
      // kafkajs is crashing and has no group any more. The next session begins at what is committed.
    }
  });
}
