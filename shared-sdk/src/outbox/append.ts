import { type Rows, statement, type Tx, uuidv7 } from '../db/index.js';
import { AppError } from '../errors/index.js';
import { currentTrace } from '../tracing/index.js';

export interface OutboxEvent {
  /** The bare topic, such as `order`: letters, digits, `.`, `_` and `-`. It becomes the outbox column `aggregatetype`. */
  topic: string;
  /** The aggregate's id: events of one key stay in order. */
  key: string;
  type: string;
  /** This is the aggregate's n-th record on its topic, counted from 1. */
  version: number;
  /** At the most 256 KB as JSON. */
  payload: object;
  /** W3C traceparent; by default the current trace's. */
  traceparent?: string | null | undefined;
  /** UUIDv7; by default a new one. Consumers know the event by it. */
  id?: string | undefined;
}

// One INSERT of many rows, never COPY: rows of a COPY share a WAL position, and a relay that stops between two of
// them and resumes behind that position would lose the rest.
const insert = statement(
  'outbox_append',
  `INSERT INTO outbox (id, aggregatetype, aggregateid, type, version, payload, traceparent)
   SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::jsonb[], $7::text[])`,
);

// What no log could carry is refused here, where one request fails, and not behind the outbox, where one row would hold
// up every event after it. Kafka takes no more than 1 MB and a PostgreSQL channel no name above 63 bytes.
const largestPayload = 256 * 1024;
const topicName = /^[A-Za-z0-9._-]{1,59}$/;

function jsonOf({ topic, type, payload }: OutboxEvent): string {
  if (!topicName.test(topic)) throw new AppError('EVENT_TOPIC', 'internal', `no name for a topic: ${topic}`);
  const json = JSON.stringify(payload);
  const size = Buffer.byteLength(json);
  if (size > largestPayload) throw new AppError('EVENT_TOO_LARGE', 'internal', `${type} has ${size} bytes`);
  return json;
}

/** Writes events in the caller's transaction: they reach the log if, and only if, that transaction commits. */
export function append(tx: Tx, events: OutboxEvent[]): Promise<Rows<unknown> | undefined> {
  if (events.length === 0) return Promise.resolve(undefined);
  const trace = currentTrace()?.traceparent ?? null;
  return tx.query(
    insert([
      events.map((event) => event.id ?? uuidv7()),
      events.map((event) => event.topic),
      events.map((event) => event.key),
      events.map((event) => event.type),
      events.map((event) => event.version),
      events.map(jsonOf),
      events.map((event) => (event.traceparent === undefined ? trace : event.traceparent)),
    ]),
  );
}
