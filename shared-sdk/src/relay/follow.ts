import { LogicalReplicationService, PgoutputPlugin } from 'pg-logical-replication';
import { formatLsn, parseLsn } from './lsn.js';

/** A row of an outbox as the replication stream gives it: every value is PostgreSQL's own text. */
export interface OutboxRow {
  id: string;
  aggregatetype: string;
  aggregateid: string;
  type: string;
  version: string;
  payload: string | null;
  traceparent: string | null;
  created_at: string;
}

export interface Followed {
  /** Tells PostgreSQL that everything before this place is durable here and may be forgotten. */
  acknowledge(lsn: bigint): void;
  /** Stops and goes on reading from the socket, so that a backlog waits in PostgreSQL and not in memory. */
  pause(): void;
  resume(): void;
}

export interface FollowOptions {
  url: string;
  slot: string;
  publications: string[];
  signal: AbortSignal;
  /** After so long without a word, though asked for one, the connection is taken for dead. */
  silenceMs: number;
  onStart(stream: Followed): void;
  /** A committed transaction's outbox rows, in order; `end` is where the next transaction begins at the earliest. */
  onTransaction(rows: OutboxRow[], end: bigint): void;
  /** PostgreSQL has sent everything up to here. */
  onKeepalive(lsn: bigint): void;
}

type Message =
  | { tag: 'begin' }
  | { tag: 'relation'; columns: { parser: (text: string) => unknown }[] }
  | { tag: 'insert'; new: OutboxRow }
  | { tag: 'commit'; commitEndLsn: string }
  | { tag: 'type' | 'origin' | 'message' | 'update' | 'delete' | 'truncate' };

/**
 * Follows the outboxes through logical replication until the connection ends or `signal` aborts; rejects with what
 * ended it. It starts where the slot stands. The library is kept inside this file, for what has to be held right:
 * it acknowledges by itself unless told not to, by time as well; its `acknowledge` adds one to what it is given; and
 * an error without a listener ends the process.
 */
export async function follow(options: FollowOptions): Promise<void> {
  const { url, slot, publications, signal, silenceMs, onStart, onTransaction, onKeepalive } = options;
  const service = new LogicalReplicationService(
    { connectionString: url, application_name: slot, keepAlive: true, connectionTimeoutMillis: 5_000 },
    { acknowledge: { auto: false, timeoutSeconds: 0 } },
  );
  let failure: Error | undefined;
  const stop = () => void service.stop().catch(() => {});
  const fail = (error: Error) => {
    failure ??= error;
    stop();
  };
  const socket = () =>
    (service as unknown as { _connection?: { stream?: import('node:net').Socket } })._connection?.stream;
  let acknowledged = 0n;
  let heard = Date.now();
  const acknowledge = (lsn: bigint, ask = false) => {
    acknowledged = lsn;
    service.acknowledge(formatLsn(lsn - 1n), ask).catch(fail);
  };
  const stream: Followed = {
    acknowledge: (lsn) => acknowledge(lsn),
    pause: () => void socket()?.pause(),
    resume: () => {
      heard = Date.now();
      socket()?.resume();
    },
  };
  // A network may swallow everything without ending the connection, and the system would notice only hours later.
  const asking = setInterval(() => {
    if (socket()?.isPaused()) return;
    if (Date.now() - heard > silenceMs) {
      failure ??= new Error(`PostgreSQL has not answered for ${silenceMs} ms`);
      socket()?.destroy();
    } else if (acknowledged > 0n) acknowledge(acknowledged, true);
  }, silenceMs / 3);

  let rows: OutboxRow[] = [];
  service.on('start', () => onStart(stream));
  service.on('error', fail);
  service.on('heartbeat', (lsn: string) => {
    heard = Date.now();
    onKeepalive(parseLsn(lsn));
  });
  service.on('data', (_lsn: string, message: Message) => {
    heard = Date.now();
    if (message.tag === 'begin') rows = [];
    else if (message.tag === 'relation') for (const column of message.columns) column.parser = (text) => text;
    else if (message.tag === 'insert') rows.push(message.new);
    else if (message.tag === 'commit' && rows.length > 0) onTransaction(rows, parseLsn(message.commitEndLsn));
  });

  signal.addEventListener('abort', stop, { once: true });
  try {
    if (signal.aborted) return;
    // '0/0' is "where the slot stands"; anything else would be the library's last received place, durable or not.
    await service.subscribe(
      new PgoutputPlugin({ protoVersion: 1, publicationNames: publications }),
      slot,
      '0/0',
    );
  } catch (error) {
    failure ??= error as Error;
  } finally {
    clearInterval(asking);
    signal.removeEventListener('abort', stop);
    await service.destroy().catch(() => {});
  }
  if (failure && !signal.aborted) throw failure;
}
