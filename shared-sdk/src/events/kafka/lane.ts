import type { Logger } from '../../logging/index.js';
import { backoff } from '../backoff.js';
import { Stopped } from '../handle.js';
import type { Message } from '../message.js';
import type { Processor, TopicPartition } from '../process.js';
import type { EachBatchPayload } from './client.js';
import { messageOf } from './record.js';

/** One partition for as long as it is ours. What is done with it is done one after the other. */
export interface Lane extends TopicPartition {
  /** The last offset that is done; -1 before the first. */
  done(): number;
  /** What is done but not yet committed, as the offset to go on from. */
  uncommitted(): string | undefined;
  committed(offset: string): void;
  /** Whether everything that was there has been read. */
  atEnd: boolean;
  busy(): boolean;
  /** Processes a batch in order; resolves early, with the rest undone, when the lane ends. Never rejects. */
  handle(batch: EachBatchPayload['batch']): Promise<void>;
  /** Keeps the lane for `work` on it, behind what is under way. */
  hold(work: Promise<unknown>): void;
  /** Takes no more; resolves once what is under way is over and the partition is given up in order. */
  end(): Promise<void>;
  ended(): boolean;
}

export interface LaneOptions extends TopicPartition {
  processor: Processor;
  group: string;
  logger: Logger;
  signal: AbortSignal;
  /** Resolves when the processor knows that the partition is ours. */
  ready: Promise<unknown>;
  batchSize: number;
  /** Replay, at the latest so long after the last one; there may be no rest for hours. */
  replayEveryMs: number;
  onFailure(failure: unknown): void;
}

export function createLane(options: LaneOptions): Lane {
  const { topic, partition, processor, group, logger, signal, ready, batchSize, replayEveryMs, onFailure } =
    options;
  const place = { topic, partition };
  let tail: Promise<unknown> = ready;
  let waiting = 1;
  let done = -1;
  let committed = -1;
  let ended: Promise<void> | undefined;
  let lastReplay = Date.now();

  const over = () => ended !== undefined || signal.aborted;

  function queue(work: () => Promise<unknown>): Promise<void> {
    waiting++;
    const turn = tail.then(work).then(
      () => {},
      (error) => {
        if (!(error instanceof Stopped)) onFailure(error);
      },
    );
    tail = turn.finally(() => waiting--);
    return turn;
  }

  /** The processor outlasts outages by itself; what it rejects with is a fault that somebody has to mend. */
  async function persistently(messages: Message[]): Promise<void> {
    const pause = backoff({ first: 100, most: 2_000 });
    while (!over()) {
      try {
        return await processor.process(messages);
      } catch (error) {
        if (error instanceof Stopped) throw error;
        logger.error({ group, err: error }, 'the consumer cannot go on, trying again');
        onFailure(error);
        await pause.wait(signal);
      }
    }
    throw new Stopped();
  }

  async function handle({ messages, highWatermark }: EachBatchPayload['batch']): Promise<void> {
    for (let from = 0; from < messages.length; from += batchSize) {
      if (over()) return;
      // Read again after a rebalance, while the first reading was still being worked on.
      const records = messages.slice(from, from + batchSize).filter(({ offset }) => Number(offset) > done);
      const last = records.at(-1);
      if (!last) continue;
      await persistently(records.flatMap((record) => messageOf(place, record) ?? []));
      done = Number(last.offset);
      if (Date.now() - lastReplay >= replayEveryMs) await replay();
    }
    lane.atEnd = Number(highWatermark) <= done + 1;
  }

  async function replay(): Promise<void> {
    lastReplay = Date.now();
    await processor.replay([place]);
  }

  tail = ready.then(
    () => waiting--,
    () => {}, // stopped: nothing will be done here
  );

  const lane: Lane = {
    ...place,
    atEnd: false,
    done: () => done,
    uncommitted: () => (done > committed ? `${done + 1}` : undefined),
    committed(offset) {
      committed = Math.max(committed, Number(offset) - 1);
    },
    busy: () => waiting > 0,
    handle: (batch) => queue(() => handle(batch)),
    hold(work) {
      lastReplay = Date.now();
      void queue(() => work);
    },
    end() {
      ended ??= tail.then(() => processor.released([place]));
      return ended;
    },
    ended: over,
  };
  return lane;
}
