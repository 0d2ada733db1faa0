import { statement } from '../db/index.js';
import type { Message } from '../events/index.js';

export interface Parked {
  consumer: string;
  message_id: string;
  topic: string;
  partition: number;
  position: number;
  key: string;
  reason: string;
  error: string;
  /** As the driver brought it, whatever was wrong with it. */
  message: Message;
  parked_at: Date;
  replay_requested_at: Date | null;
}

// The message is read here and not in SQL: PostgreSQL takes nothing out of a JSON that holds \u0000 anywhere, and that
// may be just why it is parked.
const columns = `consumer, message_id, topic, partition, position, key, reason, error, message, parked_at, replay_requested_at`;

/** $1 consumer and $2 key, each empty for all; $3 limit, $4 offset. */
export const listParked = statement<Parked>(
  'ops_list_parked',
  `SELECT ${columns} FROM parked WHERE ($1 = '' OR consumer = $1) AND ($2 = '' OR key = $2)
   ORDER BY parked_at, consumer, topic, partition, position LIMIT $3 OFFSET $4`,
);
export const countParked = statement<{ total: number }>(
  'ops_count_parked',
  `SELECT count(*) AS total FROM parked WHERE ($1 = '' OR consumer = $1) AND ($2 = '' OR key = $2)`,
);
export const getParked = statement<Parked>(
  'ops_get_parked',
  `SELECT ${columns} FROM parked WHERE consumer = $1 AND message_id = $2`,
);

/** All of the key, since its messages only make sense in their order. $1 consumer, $2 one of its messages. */
export const requestReplay = statement(
  'ops_request_replay',
  `UPDATE parked p SET replay_requested_at = coalesce(p.replay_requested_at, now()) FROM parked one
   WHERE one.consumer = $1 AND one.message_id = $2 AND p.consumer = $1 AND p.topic = one.topic AND p.key = one.key`,
);

export const discard = statement<{ topic: string; key: string; reason: string }>(
  'ops_discard',
  'DELETE FROM parked WHERE consumer = $1 AND message_id = $2 RETURNING topic, key, reason',
);
/**
 * So that the message is skipped when it is delivered again. An id for which the inbox has no partition cannot be
 * remembered: if its message came again, it would be judged again. $1 consumer, $2 UUIDv7.
 */
export const remember = statement(
  'ops_remember',
  `INSERT INTO inbox (consumer, message_id) SELECT $1, $2::uuid
   WHERE $2::uuid >= (SELECT inbox_from FROM retention) AND $2::uuid < uuidv7_floor((now() AT TIME ZONE 'UTC')::date + 6)
   ON CONFLICT DO NOTHING`,
);

export const findInbox = statement<{ consumer: string }>(
  'ops_find_inbox',
  'SELECT consumer FROM inbox WHERE message_id = $1 ORDER BY consumer',
);

export interface Sent {
  id: string;
  topic: string;
  key: string;
  type: string;
  version: number;
  payload: unknown;
  traceparent: string | null;
  created_at: Date;
}

/** $1 topic, empty for all; $2 key, $3 limit. Reads the whole outbox: writing it has to be cheap, not finding in it. */
export const findOutbox = statement<Sent>(
  'ops_find_outbox',
  `SELECT id, aggregatetype AS topic, aggregateid AS key, type, version, payload, traceparent, created_at
   FROM outbox WHERE ($1 = '' OR aggregatetype = $1) AND aggregateid = $2 ORDER BY aggregatetype, version LIMIT $3`,
);
