import { type Rows, statement, type Tx, uuidv7 } from '../db/index.js';
import { currentTrace } from '../tracing/index.js';

export interface OutboxEvent {
  /** The bare topic, such as `order`; it becomes the outbox column `aggregatetype`. */
  topic: string;
  /** The aggregate's id: events of one key stay in order. */
  key: string;
  type: string;
  /** This is the aggregate's n-th record on its topic, counted from 1. */
  version: number;
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
      events.map((event) => JSON.stringify(event.payload)),
      events.map((event) => (event.traceparent === undefined ? trace : event.traceparent)),
    ]),
  );
}
