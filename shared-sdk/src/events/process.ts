import { type Database, isTransient, type Tx, timeOf } from '../db/index.js';
import { AppError } from '../errors/index.js';
import type { Logger } from '../logging/index.js';
import { runInTrace } from '../tracing/index.js';
import { backoff } from './backoff.js';
import { type AfterCommit, type Consumer, NotYetVisible } from './consumer.js';
import * as inbox from './inbox.js';
import type { Message } from './message.js';
import { metricsOf } from './metrics.js';
import { type Poison, parser } from './parse.js';

export interface TopicPartition {
  topic: string;
  partition: number;
}

/**
 * What a driver calls. A driver reads messages and keeps offsets; all else is here, so that both drivers agree:
 * inbox, transaction, retry, single mode, parking, replay.
 */
export interface Processor {
  /** Resolves when every message is applied, skipped or parked: its offset may be committed. Rejects only when stopped. */
  process(messages: Message[]): Promise<void>;
  /** Call when partitions are taken, before their first message. */
  taken(partitions: TopicPartition[]): Promise<void>;
  /** Call when partitions are given up in order, after the last `process`. */
  released(partitions: TopicPartition[]): Promise<void>;
  /** Call when everything that was there is read: what ended an earlier run is behind us. */
  caughtUp(): void;
  /** Applies parked messages that somebody asked to replay; returns how many. */
  replay(partitions: TopicPartition[]): Promise<number>;
}

const failuresBeforeParking = 3;
/** Starts without an end, each of them a process that died: more than bad luck with a rolling restart. */
const startsBeforeParking = 5;
const suspectsAfterUncleanEnd = 1_000;
const visibleWithinMs = 30_000;

export class Stopped extends Error {}

interface Single {
  event: Message;
  failures: number;
  firstFailure: number;
}

export function processor({
  db,
  consumer,
  logger,
  signal,
  visibleWithin = visibleWithinMs,
}: {
  db: Database;
  consumer: Consumer;
  logger: Logger;
  signal: AbortSignal;
  visibleWithin?: number;
}): Processor {
  const { group } = consumer;
  const parse = parser(consumer);
  const metrics = metricsOf(group);
  let suspects = 0;

  /** One transaction, two flights: BEGIN, inbox, what `load` asks; then the writes and COMMIT. */
  async function handle(events: Message[], first?: (tx: Tx) => void): Promise<void> {
    let after: AfterCommit | undefined;
    let fresh: Message[] = [];
    await db.transaction(async (tx) => {
      first?.(tx);
      const taking = tx.query(
        inbox.takeNew([
          group,
          events.map((event) => event.id),
          events.map((event) => event.topic),
          events.map((event) => event.key),
          events.map((event) => event.position),
        ]),
      );
      const loading = consumer.load(tx, events as never);
      loading.catch(() => {}); // awaited below; the inbox's own failure comes first
      const { rows } = await taking;
      const idsOf = (which: boolean) => rows.filter((row) => row.behind === which).map((row) => row.id);
      const [unseen, waiting] = [new Set(idsOf(false)), new Set(idsOf(true))];
      const loaded = await loading;
      fresh = events.filter((event) => unseen.delete(event.id)); // delete: the same id twice in a batch is one message
      if (waiting.size > 0) {
        const those = events.filter(({ id }) => waiting.has(id));
        tx.query(
          parkRows(
            those.map((message) => ({ message, ...behind })),
            true,
          ),
        );
      }
      after =
        fresh.length > 0 ? ((await consumer.apply(tx, fresh as never, loaded)) ?? undefined) : undefined;
    });
    metrics.handled(fresh, events.length - fresh.length);
    // The messages are done, whatever becomes of it.
    (async () => after?.())().catch((err) =>
      logger.error({ group, err }, 'what should follow the commit failed, its messages are done'),
    );
  }

  const parkRows = (poison: Poison[], areBehind = false) =>
    inbox.park([
      group,
      poison.map(({ message }) => message.topic),
      poison.map(({ message }) => message.partition),
      poison.map(({ message }) => message.position),
      poison.map(({ message }) => withoutNul(message.key)),
      poison.map(({ message }) => withoutNul(message.id)),
      poison.map(({ reason }) => reason),
      poison.map(({ error }) => withoutNul(error.slice(0, 2_000))),
      poison.map(({ message }) => JSON.stringify(message)),
      areBehind,
      poison.map(({ message }) => (timeOf(message.id) === undefined ? null : message.id)),
    ]);

  async function park(poison: Poison[]): Promise<void> {
    if (poison.length === 0) return;
    await untilDone(() => db.query(parkRows(poison)));
    for (const { message, reason, error } of poison) {
      metrics.parked(reason);
      const { id, topic, key, type } = message;
      logger.error({ group, reason, error, message: { id, topic, key, type } }, 'message parked');
    }
  }

  /** Repeats what an outage stops, for as long as it lasts. */
  async function untilDone<T>(work: () => Promise<T>): Promise<T> {
    const pause = backoff({ first: 50, most: 2_000 });
    for (;;) {
      if (signal.aborted) throw new Stopped();
      try {
        return await work();
      } catch (error) {
        if (!isTransient(error)) throw error;
        metrics.retried();
        logger.warn({ group, err: error }, 'the database does not answer, trying again');
        await pause.wait(signal);
      }
    }
  }

  async function batch(events: Message[]): Promise<void> {
    const pause = backoff({ first: 50, most: 2_000 });
    for (let tries = 1; ; tries++) {
      try {
        return await untilDone(() => handle(events));
      } catch (error) {
        if (error instanceof Stopped) throw error;
        if (!(error instanceof NotYetVisible) || tries === 3) {
          logger.warn({ group, err: error, messages: events.length }, 'a batch failed, going on one by one');
          return await oneByOne(events);
        }
        await pause.wait(signal);
      }
    }
  }

  /**
   * Each message in a transaction of its own, so that a bad one stops only its key: its later messages wait while it is
   * tried again, and other keys go on first.
   */
  async function oneByOne(events: Message[]): Promise<void> {
    const keys = new Map<string, Single[]>();
    for (const event of events) {
      const key = `${event.topic} ${event.key}`;
      const single = { event, failures: 0, firstFailure: 0 };
      const waiting = keys.get(key);
      if (waiting) waiting.push(single);
      else keys.set(key, [single]);
    }
    const pause = backoff({ first: 50, most: 2_000 });
    while (keys.size > 0) {
      for (const [key, waiting] of keys) {
        while (waiting[0] && (await alone(waiting[0]))) waiting.shift();
        if (waiting.length === 0) keys.delete(key);
      }
      if (keys.size > 0) await pause.wait(signal);
    }
  }

  /**
   * How often a message was started without an end, this start included. Committed before the work: if the work ends the
   * process, the next run counts on.
   */
  async function countStart({ id }: Message): Promise<number> {
    const counted = await untilDone(() => db.query(inbox.countAttempt([group, id])));
    return counted.rows[0]?.attempts ?? 1;
  }
  const tooManyStarts = (starts: number) => `started ${starts - 1} times without an end`;

  /** True when it is done, applied or parked; false when it is to be tried again. */
  async function alone(single: Single): Promise<boolean> {
    const { event } = single;
    const row = [group, event.id];
    // A start that ended, if not well. When even that cannot be stored it stays counted: one of five.
    const ended = () => db.query(inbox.uncountAttempt(row)).catch(() => {});
    const giveUp = async (reason: Poison['reason'], error: string) => {
      await park([{ message: event, reason, error }]);
      await untilDone(() => db.query(inbox.forgetAttempt(row)));
      return true;
    };
    const starts = await countStart(event);
    if (starts > startsBeforeParking) return giveUp('ENDED_THE_PROCESS', tooManyStarts(starts));
    try {
      await untilDone(() => handle([event], (tx) => tx.query(inbox.forgetAttempt(row))));
      return true;
    } catch (error) {
      if (error instanceof Stopped) {
        await ended();
        throw error;
      }
      single.failures++;
      single.firstFailure ||= Date.now();
      const invisible = error instanceof NotYetVisible;
      const last = invisible
        ? Date.now() - single.firstFailure > visibleWithin
        : single.failures >= failuresBeforeParking;
      if (last) return giveUp(invisible ? 'NOT_YET_VISIBLE' : 'FAILED', describe(error));
      await ended();
      return false;
    }
  }

  /** Applies a parked message and takes it out of the list, in one transaction; otherwise tells why it stays. */
  async function replayOne({
    message_id,
    message,
  }: inbox.ParkedRow): Promise<Omit<Poison, 'message'> | undefined> {
    const { events, poison } = parse([message as Message]);
    const [event] = events;
    if (!event) return { reason: 'BAD_PAYLOAD', error: poison[0]?.error ?? 'its type is no longer known' };
    const row = [group, event.id];
    const forget = () => untilDone(() => db.query(inbox.forgetAttempt(row)));
    const starts = await countStart(event);
    if (starts > startsBeforeParking) {
      await forget();
      return { reason: 'ENDED_THE_PROCESS', error: tooManyStarts(starts) };
    }
    try {
      await untilDone(() =>
        handle([event], (tx) => {
          tx.query(inbox.unpark([group, message_id]));
          tx.query(inbox.forgetAttempt(row));
        }),
      );
      return undefined;
    } catch (error) {
      if (error instanceof Stopped) {
        await db.query(inbox.uncountAttempt(row)).catch(() => {});
        throw error;
      }
      await forget();
      return {
        reason: error instanceof NotYetVisible ? 'NOT_YET_VISIBLE' : 'FAILED',
        error: describe(error),
      };
    }
  }

  const list = (partitions: TopicPartition[]) => [
    group,
    partitions.map(({ topic }) => topic),
    partitions.map(({ partition }) => partition),
  ];

  return {
    async process(messages) {
      const { events, poison, skipped } = parse(messages);
      metrics.skipped(skipped);
      await park(poison);
      if (events.length === 0) return;
      const traces = events.map(({ traceparent }) => traceparent);
      await runInTrace(
        traces.length === 1 ? traces[0] : undefined,
        `${group} process`,
        () => (suspects > 0 ? oneByOne(events) : batch(events)),
        { 'messaging.batch.message_count': events.length },
        { kind: 'consumer', links: traces.length === 1 ? [] : traces },
      );
      suspects = Math.max(0, suspects - events.length);
    },
    async taken(partitions) {
      const unclean = await untilDone(() => db.query(inbox.beginRun(list(partitions))));
      if (unclean.rows.length === 0) return;
      suspects = suspectsAfterUncleanEnd;
      logger.warn(
        { group, partitions: unclean.rows.length },
        'the last run did not end in order, starting one by one',
      );
    },
    async released(partitions) {
      if (partitions.length > 0) await db.query(inbox.endRun(list(partitions)));
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
          await untilDone(() =>
            db.query(inbox.keepParked([group, row.message_id, failed.reason, failed.error])),
          );
          break; // what waits behind it is no longer asked for: read the list anew
        }
        replayed++;
      }
      return replayed;
    },
  };
}

const behind = { reason: 'BEHIND_PARKED', error: 'an earlier message of this key is parked' } as const;

/** PostgreSQL's text holds any character but this one. */
const withoutNul = (text: string) => text.replaceAll('\0', '\ufffd');

const describe = (error: unknown) =>
  error instanceof AppError
    ? `${error.code}: ${error.message}`
    : error instanceof Error
      ? error.message
      : String(error);
