import { runInTrace } from '../tracing/index.js';
import { backoff } from './backoff.js';
import { NotYetVisible } from './consumer.js';
import { type HandlingOptions, handling, Stopped } from './handle.js';
import * as inbox from './inbox.js';
import type { Message } from './message.js';
import { singly } from './one-by-one.js';
import { type Legible, parser } from './parse.js';
import { replayer } from './replay.js';

export interface TopicPartition {
  topic: string;
  partition: number;
}
export const name = ({ topic, partition }: TopicPartition) => `${topic}/${partition}`;

/**
 * What a driver calls. A driver reads messages and keeps offsets; all else is here, so that both drivers agree:
 * inbox, transaction, retry, single mode, parking, replay.
 */
export interface Processor {
  /** Resolves when every message is applied, skipped or parked: its offset may be committed. Rejects only when stopped. */
  process(messages: Message[]): Promise<void>;
  /** Whether anybody has taken the partition before: who keeps the offsets may have forgotten it. */
  wasTaken(partition: TopicPartition): Promise<boolean>;
  /** Call when partitions are taken, before their first message. */
  taken(partitions: TopicPartition[]): Promise<void>;
  /** Call when partitions are given up in order, after the last `process`. */
  released(partitions: TopicPartition[]): Promise<void>;
  /** Call when everything that was there is read: what ended an earlier run is behind us. */
  caughtUp(): void;
  /** Applies parked messages that somebody asked to replay; returns how many. */
  replay(partitions: TopicPartition[]): Promise<number>;
}

const suspectsAfterUncleanEnd = 1_000;
const visibleWithinMs = 30_000;

export interface ProcessorOptions extends HandlingOptions {
  /** How long a message waits, in ms, for what it is about to become visible. */
  visibleWithin?: number;
}

export function processor({ visibleWithin = visibleWithinMs, ...options }: ProcessorOptions): Processor {
  const { db, consumer, logger, signal } = options;
  const { group } = consumer;
  const parse = parser(consumer);
  const handler = handling(options);
  const { handle, park, untilDone, metrics } = handler;
  const oneByOne = singly(handler, visibleWithin);
  const replayOne = replayer(handler, parse);
  /** What tells our run of a partition from anybody's later one. */
  const marks = new Map<string, string>();
  let suspects = 0;

  async function batch(legible: Legible[]): Promise<void> {
    const pause = backoff({ first: 50, most: 2_000 });
    for (let tries = 1; ; tries++) {
      try {
        return await untilDone(() => handle(legible));
      } catch (error) {
        if (error instanceof Stopped) throw error;
        if (!(error instanceof NotYetVisible) || tries === 3) {
          logger.warn({ group, err: error, messages: legible.length }, 'a batch failed, going on one by one');
          return await oneByOne(legible);
        }
        await pause.wait(signal);
      }
    }
  }

  const list = (partitions: TopicPartition[]) => [
    group,
    partitions.map(({ topic }) => topic),
    partitions.map(({ partition }) => partition),
  ];

  return {
    async process(messages) {
      const { legible, poison, skipped } = parse(messages);
      metrics.skipped(skipped);
      await park(poison);
      if (legible.length === 0) return;
      const traces = legible.map(({ message }) => message.traceparent);
      await runInTrace(
        traces.length === 1 ? traces[0] : undefined,
        `${group} process`,
        () => (suspects > 0 ? oneByOne(legible) : batch(legible)),
        { 'messaging.batch.message_count': legible.length },
        { kind: 'consumer', links: traces.length === 1 ? [] : traces },
      );
      suspects = Math.max(0, suspects - legible.length);
    },
    async wasTaken({ topic, partition }) {
      const { rows } = await db.query(inbox.findRun([group, topic, partition]));
      return rows.length > 0;
    },
    async taken(partitions) {
      const { rows } = await untilDone(() => db.query(inbox.beginRun(list(partitions))));
      for (const row of rows) marks.set(name(row), row.mark);
      const unclean = rows.filter((row) => row.unclean).map(name);
      if (unclean.length === 0) return;
      suspects = suspectsAfterUncleanEnd;
      logger.warn({ group, partitions: unclean }, 'the last run did not end in order, starting one by one');
    },
    async released(partitions) {
      const ours = partitions.map((partition) => marks.get(name(partition)));
      for (const partition of partitions) marks.delete(name(partition));
      if (partitions.length > 0) await db.query(inbox.endRun([...list(partitions), ours]));
    },
    caughtUp() {
      suspects = 0;
    },
    async replay(partitions) {
      const { rows } = await untilDone(() => db.query(inbox.toReplay(list(partitions))));
      let replayed = 0;
      for (const row of rows) {
        const failed = await replayOne(row);
        if (failed) {
          await untilDone(() => db.query(inbox.keepParked(group, row.message_id, failed)));
          break; // what waits behind it is no longer asked for: read the list anew
        }
        replayed++;
      }
      return replayed;
    },
  };
}
