/** What a consumer receives: the same on every driver. */
export interface Message<P = unknown> {
  /** UUIDv7 of the outbox row; the inbox knows the message by it. */
  id: string;
  /** The bare topic, such as `order`. */
  topic: string;
  partition: number;
  /** Place in its partition: grows, and is where the consumer goes on after a restart. */
  position: number;
  /** The aggregate's id. Messages of one key arrive in the order in which they were committed. */
  key: string;
  type: string;
  /** The aggregate's n-th record on this topic, counted from 1. */
  version: number;
  /** RFC 3339, UTC. */
  occurredAt: string;
  traceparent: string | null;
  payload: P;
}
