import { backoff } from '../backoff.js';
import { Stopped } from '../handle.js';
import type { MemberOptions } from '../member.js';
import type { Message } from '../message.js';
import type { TopicPartition } from '../process.js';
import type { EachBatchPayload } from './client.js';
import { messageOf } from './record.js';

/** One partition for as long as it is ours. What is done with it is done one after the other. */
export interface Lane extends TopicPartition {
  /** The last offset that is done; -1 before the first. */
  done(): number;
  /** What is done but not yet committed, as the offset to go on from. */
  uncommitted(): string | undefined;
  committed(offset: string): void;
  /** What the brokers have. Less than was committed, when an old request came late: then it is committed again. */
  stored(offset: number): void;
  /** Whether everything that was there has been read. */
  atEnd: boolean;
  /** What its last work ended with, or what that one under way is tried again for. */
  failure(): unknown;
  busy(): boolean;
  /** Processes a batch in order; resolves early, with the rest undone, when the lane ends. Never rejects. */
  handle(batch: Batch): Promise<void>;
  /** Keeps the lane for `work` on it, behind what is under way. */
  hold(work: Promise<unknown>): void;
  /** Takes no more; resolves once what is under way is over and the partition is given up in order. */
  end(): Promise<void>;
  ended(): boolean;
}

type Batch = Pick<EachBatchPayload['batch'], 'messages' | 'highWatermark' | 'lastOffset'>;

export interface LaneOptions extends Pick<MemberOptions, 'processor' | 'group' | 'logger'> {
  place: TopicPartition;
  signal: AbortSignal;
  /** Resolves when whoever had the partition before is done with it. */
  before: Promise<void>;
  /** What is done before it is noted that the partition was taken. */
  begin: (place: TopicPartition) => Promise<void>;
  batchSize: number;
  /** Replay, at the latest so long after the last one; there may be no rest for hours. */
  replayEveryMs: number;
}

export function createLane(options: LaneOptions): Lane {
  const { place, processor, group, logger, signal, before, begin, batchSize, replayEveryMs } = options;
  let tail = before;
  let waiting = 0;
  let done = -1;
  let committed = -1;
  let failure: unknown;
  let ended: Promise<void> | undefined;
  let lastReplay = Date.now();

  const over = () => ended !== undefined || signal.aborted;

  function inTurn(work: () => Promise<unknown>): Promise<void> {
    waiting++;
    tail = tail
      .then(work)
      .then(
        () => {
          failure = undefined;
        },
        (error) => {
          if (!(error instanceof Stopped)) failure = error;
        },
      )
      .finally(() => waiting--);
    return tail;
  }

  /** The processor outlasts outages by itself; what it rejects with is a fault that somebody has to mend. */
  async function persistently(work: () => Promise<void>): Promise<void> {
    const pause = backoff({ first: 100, most: 2_000 });
    while (!over()) {
      try {
        return await work();
      } catch (error) {
        if (error instanceof Stopped) throw error;
        logger.error({ group, err: error }, 'the consumer cannot go on, trying again');
        failure = error;
        await pause.wait(signal);
      }
    }
    throw new Stopped();
  }

  async function handle(whole: Batch): Promise<void> {
    const { messages } = whole;
    for (let from = 0; from < messages.length; from += batchSize) {
      if (over()) return;
      // Read again after a rebalance, while the first reading was still being worked on.
      const records = messages.slice(from, from + batchSize).filter(({ offset }) => Number(offset) > done);
      const last = records.at(-1);
      if (!last) continue;
      const batch: Message[] = records.flatMap((record) => messageOf(place, record) ?? []);
      await persistently(() => processor.process(batch));
      done = Number(last.offset);
      if (Date.now() - lastReplay >= replayEveryMs) await replay();
    }
    done = Math.max(done, Number(whole.lastOffset())); // there may be offsets without a message behind its last one
    lane.atEnd = Number(whole.highWatermark) <= done + 1;
  }

  async function replay(): Promise<void> {
    lastReplay = Date.now();
    await processor.replay([place]);
  }

  const lane: Lane = {
    ...place,
    atEnd: false,
    done: () => done,
    uncommitted: () => (done > committed ? `${done + 1}` : undefined),
    committed(offset) {
      committed = Math.max(committed, Number(offset) - 1);
    },
    stored(offset) {
      committed = Math.min(committed, offset - 1);
    },
    failure: () => failure,
    busy: () => waiting > 0,
    handle: (batch) => inTurn(() => handle(batch)),
    hold(work) {
      lastReplay = Date.now();
      void inTurn(() => work);
    },
    end() {
      ended ??= tail.then(() => processor.released([place]));
      return ended;
    },
    ended: over,
  };
  void inTurn(async () => {
    await persistently(() => begin(place));
    await persistently(() => processor.taken([place]));
  });
  return lane;
}
