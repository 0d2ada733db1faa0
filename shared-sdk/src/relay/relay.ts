import { connectDatabase } from '../db/index.js';
import { backoff } from '../events/backoff.js';
import type { Logger } from '../logging/index.js';
import { startJob } from '../service/every.js';
import { append } from './append.js';
import { type Followed, follow, type OutboxRow } from './follow.js';
import { relayMetrics } from './metrics.js';
import { makeSlot } from './repair-slot.js';
import { durablePosition, slotLag } from './slot.js';
import { trimLog } from './trim.js';

export interface RelayOptions {
  /** Of the role `relay`: it may follow the publications and write the log. */
  url: string;
  /** One slot for all of them: each further slot would decode all of the database's changes again. */
  publications: string[];
  slot?: string;
  logger: Logger;
  /** How long PostgreSQL may say nothing, though asked to, before its connection is taken for dead. */
  silenceMs?: number;
}

export interface Relay {
  /** Resolves while the outboxes are being followed. */
  check(): Promise<void>;
  /** Ends the append under way; a second call waits for the first. */
  stop(): Promise<void>;
}

/** Events and characters of payload: few large events weigh as much as many small ones. */
const batchSize = { events: 500, size: 4_000_000 };
const pauseAt = { events: 5_000, size: 32_000_000 };

interface Transaction {
  rows: OutboxRow[];
  end: bigint;
  size: number;
}

/**
 * Carries committed outbox rows into the log, in the order of their commits, each exactly once: the place reached is
 * stored with the events, and PostgreSQL keeps what was not acknowledged. After any failure it starts again from there.
 */
export function startRelay({
  url,
  publications,
  slot = 'market_relay',
  logger,
  silenceMs = 60_000,
}: RelayOptions): Relay {
  const stopping = new AbortController();
  const db = connectDatabase({ url, poolSize: 3 });
  let following = false;

  /** Makes the slot at the first start, and carries over what the outboxes hold already. */
  async function prepareSlot(): Promise<bigint> {
    const durable = await durablePosition(db, url, slot);
    if (durable !== undefined) return durable;
    const events = await makeSlot(db, { url, publications, slot, logger, signal: stopping.signal });
    logger.info({ slot, events }, 'the slot is made');
    return (await durablePosition(db, url, slot)) ?? 0n;
  }

  async function once(): Promise<void> {
    const run = new AbortController();
    const signal = AbortSignal.any([stopping.signal, run.signal]);
    let durable = await prepareSlot();
    let stream: Followed | undefined;
    let waiting: Transaction[] = [];
    const backlog = { events: 0, size: 0 };
    let failure: unknown;
    let appending: Promise<void> | undefined;

    const acknowledge = (lsn: bigint) => {
      if (lsn > 0n) stream?.acknowledge(lsn);
    };
    const isFull = () => backlog.events >= pauseAt.events || backlog.size >= pauseAt.size;
    const appendAll = async () => {
      while (waiting.length > 0) {
        const batch: OutboxRow[] = [];
        let size = 0;
        let taken = 0;
        for (const transaction of waiting) {
          if (taken > 0 && (batch.length >= batchSize.events || size >= batchSize.size)) break;
          for (const row of transaction.rows) batch.push(row); // not as arguments: a transaction may have any number
          size += transaction.size;
          taken++;
        }
        const end = waiting[taken - 1]?.end ?? durable;
        await append(db, slot, batch, end);
        waiting = waiting.slice(taken);
        backlog.events -= batch.length;
        backlog.size -= size;
        durable = end;
        acknowledge(durable);
        if (!isFull()) stream?.resume();
        relayMetrics.appended(batch);
      }
    };

    try {
      await follow({
        url,
        slot,
        publications,
        signal,
        silenceMs,
        onStart(started) {
          stream = started;
          following = true;
          logger.info({ slot }, 'following the outboxes');
        },
        onTransaction(rows, end) {
          if (end <= durable) return; // in the log already: PostgreSQL had not yet heard of it
          const size = rows.reduce((sum, { payload }) => sum + (payload?.length ?? 0), 0);
          waiting.push({ rows, end, size });
          backlog.events += rows.length;
          backlog.size += size;
          if (isFull()) stream?.pause();
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
        if (error === stopping.signal.reason) break;
        relayMetrics.restarted();
        logger.error({ slot, err: error }, 'the relay stopped, starting again from the last durable place');
      }
      if (Date.now() - began > 10_000) pause.reset();
      if (!stopping.signal.aborted) await pause.wait(stopping.signal);
    }
  })();

  const upkeep = startJob({ name: 'relay upkeep', seconds: 15, run: keepUp }, logger);

  async function keepUp(): Promise<void> {
    relayMetrics.lag(slot, await slotLag(db, slot));
    relayMetrics.trimmed(await trimLog(db, { signal: stopping.signal }));
  }

  let stopped: Promise<void> | undefined;
  return {
    async check() {
      if (!following) throw new Error('the outboxes are not being followed');
    },
    stop() {
      stopping.abort();
      stopped ??= Promise.all([running, upkeep.stop()]).then(() => db.close());
      return stopped;
    },
  };
}
