import { type Database, isTransient, type Tx } from '../db/index.js';
import type { Logger } from '../logging/index.js';
import { backoff } from './backoff.js';
import type { AfterCommit, Consumer } from './consumer.js';
import * as inbox from './inbox.js';
import type { Message } from './message.js';
import { type EventMetrics, metricsOf } from './metrics.js';
import type { Legible, Poison } from './parse.js';

/** Thrown when the consumer is told to stop while it waits for an outage to pass. */
export class Stopped extends Error {}

export interface HandlingOptions {
  db: Database;
  consumer: Consumer;
  logger: Logger;
  signal: AbortSignal;
}

/** The steps that every way of working through messages is made of. */
export interface Handling extends HandlingOptions {
  metrics: EventMetrics;
  /** Applies those of the messages that are new, in one transaction; `first` adds writes to it. */
  handle(legible: Legible[], first?: (tx: Tx) => void): Promise<void>;
  park(poison: Poison[]): Promise<void>;
  /** Repeats what an outage stops, for as long as it lasts. */
  untilDone<T>(work: () => Promise<T>): Promise<T>;
}

export function handling(options: HandlingOptions): Handling {
  const { db, consumer, logger, signal } = options;
  const { group } = consumer;
  const metrics = metricsOf(group);

  /** One transaction, two flights: BEGIN, inbox, what `load` asks; then the writes and COMMIT. */
  async function handle(legible: Legible[], first?: (tx: Tx) => void): Promise<void> {
    const messages = legible.map(({ message }) => message);
    const events = legible.map(({ message, payload }) => ({ ...message, payload }));
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
        const those = messages.filter(({ id }) => waiting.has(id));
        tx.query(
          inbox.park(
            group,
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

  async function park(poison: Poison[]): Promise<void> {
    if (poison.length === 0) return;
    await untilDone(() => db.query(inbox.park(group, poison)));
    for (const { message, reason, error } of poison) {
      metrics.parked(reason);
      const { id, topic, key, type } = message;
      logger.error({ group, reason, error, message: { id, topic, key, type } }, 'message parked');
    }
  }

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

  return { ...options, metrics, handle, park, untilDone };
}

const behind = { reason: 'BEHIND_PARKED', error: 'an earlier message of this key is parked' } as const;
