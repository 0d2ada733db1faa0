import { createHash } from 'node:crypto';
import type { KafkaMessage } from 'kafkajs';
import type { LoggedEvent } from './invariant.js';

export type LogRecord = Omit<LoggedEvent, 'recent' | 'partitions'> & {
  occurredAt: number;
  /** When it was put on its topic. */
  cameAt: number;
};

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
    cameAt: Number(timestamp),
  };
}

/** How many partitions a topic had when each of its records came, at the least: as many as somebody had used by then. */
export function partitionsThen(records: LogRecord[]): Map<LogRecord, number> {
  const used = new Map<string, number>();
  const then = new Map<LogRecord, number>();
  for (const record of records.toSorted((a, b) => a.cameAt - b.cameAt)) {
    const partitions = Math.max(used.get(record.topic) ?? 1, record.partition + 1);
    used.set(record.topic, partitions);
    then.set(record, partitions);
  }
  return then;
}

/** What contentOf is in SQL: seconds have six digits there, and as many as they need here. */
function digest(payload: string | undefined, occurredAt: string, traceparent: string): string {
  const seconds = Math.floor(Date.parse(occurredAt) / 1_000);
  const fraction = (/\.(\d+)/.exec(occurredAt)?.[1] ?? '').padEnd(6, '0');
  const parts = [...(payload === undefined ? [] : [payload]), `${seconds}.${fraction}`, traceparent || '-'];
  return createHash('md5').update(parts.join('|')).digest('hex');
}
