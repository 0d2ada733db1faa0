import { Partitioners } from 'kafkajs';
import { recent } from '../check/invariant.js';
import { kafkaLog } from '../check/kafka-log.js';
import { withClient } from '../check/pg-client.js';
import { inDatabase } from '../provision.js';
import { serviceNames, services } from '../topology.js';
import { kafkaAt, topicPrefix } from './topics.js';

interface OutboxRow {
  id: string;
  topic: string;
  key: string;
  type: string;
  version: number;
  payload: string | null;
  traceparent: string | null;
  created_at: string;
}

const atOnce = 500;

export interface Resent {
  sent: number;
  /** What came too late for that: a later event of its key is on the topic, and may have been read. */
  overtaken: OutboxRow[];
}

/**
 * Puts the rows of the outboxes that never reached their topics there, in each aggregate's order: the way out when a
 * slot is lost. The services must not run: what they write meanwhile would overtake what is put there.
 */
export async function resendLost(adminUrl: string, broker: string): Promise<Resent> {
  const { ids, latest } = await whatIsOnTopics(broker);
  const comesTooLate = ({ topic, key, version }: OutboxRow) => version < (latest.get(`${topic} ${key}`) ?? 0);
  // Debezium's producer and this one must find the same partition for a key.
  const producer = kafkaAt(broker).producer({ createPartitioner: Partitioners.DefaultPartitioner });
  try {
    await producer.connect();
    let sent = 0;
    const overtaken: OutboxRow[] = [];
    for (const name of serviceNames) {
      const missing = (await outboxOf(adminUrl, services[name].schema)).filter(({ id }) => !ids.has(id));
      overtaken.push(...missing.filter(comesTooLate));
      const lost = missing.filter((row) => !comesTooLate(row));
      for (let from = 0; from < lost.length; from += atOnce) {
        const topicMessages = lost.slice(from, from + atOnce).map((row) => ({
          topic: `${topicPrefix}${row.topic}`,
          messages: [{ key: row.key, value: row.payload, headers: headersOf(row) }],
        }));
        await producer.sendBatch({ topicMessages });
      }
      sent += lost.length;
    }
    return { sent, overtaken };
  } finally {
    await producer.disconnect();
  }
}

async function whatIsOnTopics(broker: string) {
  const log = await kafkaLog({ kind: 'kafka', broker, topicPrefix });
  try {
    await log.catchUp();
    const events = await log.events();
    const latest = new Map<string, number>();
    for (const { topic, key, version } of events) {
      const name = `${topic} ${key}`;
      latest.set(name, Math.max(latest.get(name) ?? 0, version || 0)); // a stranger's record has none
    }
    return { ids: new Set(events.map(({ id }) => id)), latest };
  } finally {
    await log.close();
  }
}

const headersOf = ({ id, type, version, traceparent, created_at }: OutboxRow) => ({
  id,
  eventType: type,
  version: `${version}`,
  occurredAt: created_at,
  ...(traceparent && { traceparent }),
});

async function outboxOf(adminUrl: string, schema: string): Promise<OutboxRow[]> {
  const ask = `SELECT id, aggregatetype AS topic, aggregateid AS key, type, version, payload::text, traceparent,
      to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS created_at
    FROM ${schema}.outbox WHERE created_at > ${recent} ORDER BY aggregateid, aggregatetype, version`;
  return (await withClient(inDatabase(adminUrl, schema), (client) => client.query<OutboxRow>(ask))).rows;
}
