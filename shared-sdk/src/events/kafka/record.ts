import type { Message } from '../message.js';
import type { TopicPartition } from '../process.js';
import type { KafkaMessage } from './client.js';

/**
 * What Debezium's outbox router makes of an outbox row, read back. A record that no outbox wrote is read as far as it
 * goes; what is missing fails in the parser and is parked there. Without a value and a type it is a tombstone, no message
 * at all; with a type somebody meant something, and it is parked as from the embedded log.
 */
export function messageOf(
  { topic, partition }: TopicPartition,
  { key, value, headers, offset, timestamp }: KafkaMessage,
): Message | undefined {
  const header = (name: string): string | undefined => {
    const given = headers?.[name];
    return (Array.isArray(given) ? given[0] : given)?.toString();
  };
  if (value === null && header('eventType') === undefined) return undefined;
  return {
    // Its place for an id, which is no UUID: two records without one are parked as two.
    id: header('id') ?? `${topic}/${partition}/${offset}`,
    topic,
    partition,
    position: Number(offset),
    key: key?.toString() ?? '',
    type: header('eventType') ?? '',
    version: Number(header('version') ?? 0),
    occurredAt: timeFrom(Date.parse(header('occurredAt') ?? ''), Number(timestamp)),
    traceparent: header('traceparent') ?? null,
    payload: value === null ? null : parsed(value.toString()),
  };
}

/** The first of the times that a calendar has: Kafka's reach farther than a Date, which would throw. */
function timeFrom(...times: number[]): string {
  const dates = times.map((time) => new Date(time));
  return (dates.find((date) => !Number.isNaN(date.getTime())) ?? new Date(0)).toISOString();
}

/** What is no JSON stays the text that it is: it fits no schema, so it is parked as it came. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
