import { connectDatabase } from '../db/index.js';
import { backoff } from '../events/backoff.js';
import type { Logger } from '../logging/index.js';
import { append } from './append.js';
import { type Followed, follow, type OutboxRow } from './follow.js';
import { relayMetrics } from './metrics.js';
import { prepareSlot } from './slot.js';
import { trimLog } from './trim.js';

export interface RelayOptions {
  /** Of the role `relay`: it may follow the publications and write the log. */
  url: string;
  /** One slot for all of them: each further slot would decode all of the database's changes again. */
  publications: string[];
  slot?: string;
  logger: Logger;
}

export interface Relay {
  /** Resolves while the outboxes are being followed. */
  check(): Promise<void>;
  stop(): Promise<void>;
}

const batchSize = 500;
const pauseAt = 5_000;
const trimEveryMs = 60_000;

/**
 * Carries committed outbox rows into the log, in the order of their commits, each exactly once: the place reached is
 * stored with the events, and PostgreSQL keeps what was not acknowledged. After any failure it starts again from there.
 */
export function startRelay({ url, publications, slot = 'market_relay', logger }: RelayOptions): Relay {
  const stopping = new AbortController();
  const db = connectDatabase({ url, poolSize: 3 });
  let following = false;

  async function once(): Promise<void> {
    const run = new AbortController();
    const signal = AbortSignal.any([stopping.signal, run.signal]);
    let durable = await prepareSlot(db, url, slot);
    let stream: Followed | undefined;
    let waiting: { rows: OutboxRow[]; end: bigint }[] = [];
    let waitingRows = 0;
    let failure: unknown;
    let appending: Promise<void> | undefined;

    const acknowledge = (lsn: bigint) => {
      if (lsn > 0n) stream?.acknowledge(lsn);
    };
    const appendAll = async () => {
      while (waiting.length > 0) {
        const batch: OutboxRow[] = [];
        let taken = 0;
        for (; taken < waiting.length && (taken === 0 || batch.length < batchSize); taken++)
          batch.push(...(waiting[taken]?.rows ?? []));
        const end = waiting[taken - 1]?.end ?? durable;
        await append(db, slot, batch, end);
        waiting = waiting.slice(taken);
        waitingRows -= batch.length;
        durable = end;
        acknowledge(durable);
        if (waitingRows < pauseAt) stream?.resume();
        relayMetrics.appended(batch);
      }
    };

    try {
      await follow({
        url,
        slot,
        publications,
        signal,
        onStart(started) {
          stream = started;
          following = true;
          logger.info({ slot }, 'following the outboxes');
        },
        onTransaction(rows, end) {
          if (end <= durable) return; // in the log already: PostgreSQL had not yet heard of it
          waiting.push({ rows, end });
          waitingRows += rows.length;
          if (waitingRows >= pauseAt) stream?.pause();
          appending ??= appendAll()
            .catch((error) => {
              failure = error;
              run.abort();
            })
            .finally(() => {
              appending = undefined;
            });
        },
        // Nothing waits, so all that PostgreSQL has sent so far is durable: the slot may follow other tables' changes.
        // Answering is also what lets PostgreSQL shut down in order.
        onKeepalive: (lsn) => acknowledge(waiting.length === 0 && lsn > durable ? lsn : durable),
      });
    } finally {
      following = false;
      await appending; // an append under way must be over before the next run reads how far we are
    }
    if (failure) throw failure;
  }

  const running = (async () => {
    const pause = backoff({ first: 100, most: 3_000 });
    while (!stopping.signal.aborted) {
      const began = Date.now();
      try {
        await once();
        if (!stopping.signal.aborted) logger.warn({ slot }, 'the replication stream ended, starting again');
      } catch (error) {
        relayMetrics.restarted();
        logger.error({ slot, err: error }, 'the relay stopped, starting again from the last durable place');
      }
      if (Date.now() - began > 10_000) pause.reset();
      if (!stopping.signal.aborted) await pause.wait(stopping.signal);
    }
  })();

  const trimming = setInterval(() => {
    trimLog(db).then(relayMetrics.trimmed, (error) =>
      logger.warn({ err: error }, 'the log could not be trimmed'),
    );
  }, trimEveryMs);
  trimming.unref();

  return {
    async check() {
      if (!following) throw new Error('the outboxes are not being followed');
    },
    async stop() {
      stopping.abort();
      clearInterval(trimming);
      await running;
      await db.close();
    },
  };
}
