import { type Database, type Query, uuidv7 } from '../db/index.js';
import type { Consumer, Message } from '../events/index.js';
import { processor } from '../events/process.js';
import { createLogger } from '../logging/index.js';
import type { OutboxEvent } from '../outbox/index.js';

const logger = createLogger({ name: 'test', format: 'json', level: 'silent' });
let position = 0;

/** A message as a driver would bring it; positions grow with each call. */
export function message<P extends object>(
  type: string,
  payload: P,
  place: { topic: string; key: string } & Partial<Omit<Message, 'type' | 'payload'>>,
): Message<P> {
  return {
    id: uuidv7(),
    partition: 0,
    position: ++position,
    version: 1,
    occurredAt: new Date().toISOString(),
    traceparent: null,
    ...place,
    type,
    payload,
  };
}

/** Gives messages to a consumer as one batch, through the real processor: inbox, transaction, retry, parking. */
export async function deliver(
  db: Database,
  // biome-ignore lint/suspicious/noExplicitAny: any consumer
  consumer: Consumer<any, any>,
  messages: Message[],
  { visibleWithin = 1_000 }: { visibleWithin?: number } = {},
): Promise<void> {
  const { signal } = new AbortController();
  await processor({ db, consumer, logger, signal, visibleWithin }).process(messages);
}

const rows: Query<OutboxEvent> = {
  text: `SELECT id, aggregatetype AS topic, aggregateid AS key, type, version, payload, traceparent
         FROM outbox ORDER BY created_at, tableoid, ctid`,
};

/** What the service has announced so far, in the order of its transactions. */
export const outboxOf = async (db: Database): Promise<OutboxEvent[]> => (await db.query(rows)).rows;
