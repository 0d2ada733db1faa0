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

/**
 * Puts the rows of the outboxes that never reached their topics there, in each aggregate's order: the way out when a
 * slot is lost. The services must not run: what they write meanwhile would overtake what is put there. Returns how many.
 */
export async function resendLost(adminUrl: string, broker: string): Promise<number> {
  const there = await idsOnTopics(broker);
  // Debezium's producer and this one must find the same partition for a key.
  const producer = kafkaAt(broker).producer({ createPartitioner: Partitioners.DefaultPartitioner });
  try {
    await producer.connect();
    let sent = 0;
    for (const name of serviceNames) {
      const lost = (await outboxOf(adminUrl, services[name].schema)).filter(({ id }) => !there.has(id));
      for (let from = 0; from < lost.length; from += atOnce) {
        const topicMessages = lost.slice(from, from + atOnce).map((row) => ({
          topic: `${topicPrefix}${row.topic}`,
          messages: [{ key: row.key, value: row.payload, headers: headersOf(row) }],
        }));
        await producer.sendBatch({ topicMessages });
      }
      sent += lost.length;
    }
    return sent;
  } finally {
    await producer.disconnect();
  }
}

async function idsOnTopics(broker: string): Promise<Set<string>> {
  const log = await kafkaLog({ kind: 'kafka', broker, topicPrefix });
  try {
    await log.catchUp();
    return new Set((await log.events()).map(({ id }) => id));
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
