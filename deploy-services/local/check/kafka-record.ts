import { createHash } from 'node:crypto';
import type { KafkaMessage } from 'kafkajs';
import type { LoggedEvent } from './invariant.js';

export type LogRecord = Omit<LoggedEvent, 'recent'> & { occurredAt: number };

/** An event as it is on its topic. */
export function recordOf(topic: string, partition: number, message: KafkaMessage): LogRecord {
  const { key, value, headers, offset, timestamp } = message;
  const header = (name: string) => headers?.[name]?.toString() ?? '';
  return {
    id: header('id'),
    topic,
    key: key?.toString() ?? '',
    type: header('eventType'),
    version: Number(header('version')),
    content: digest(value?.toString(), header('occurredAt'), header('traceparent')),
    partition,
    position: Number(offset) + 1,
    occurredAt: Date.parse(header('occurredAt')) || Number(timestamp),
  };
}

/** What contentOf is in SQL: seconds have six digits there, and as many as they need here. */
function digest(payload: string | undefined, occurredAt: string, traceparent: string): string {
  const seconds = Math.floor(Date.parse(occurredAt) / 1_000);
  const fraction = (/\.(\d+)/.exec(occurredAt)?.[1] ?? '').padEnd(6, '0');
  const parts = [...(payload === undefined ? [] : [payload]), `${seconds}.${fraction}`, traceparent || '-'];
  return createHash('md5').update(parts.join('|')).digest('hex');
}
