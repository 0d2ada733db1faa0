import type { ConsumerEndBatchProcessEvent, Kafka, Consumer as KafkaConsumer } from 'kafkajs';
import type { Logger } from '../../logging/index.js';
import { kafkaAddress } from './address.js';

// The one place that loads kafkajs, and only when EVENTS_URL asks for it.

export type { EachBatchPayload, KafkaMessage } from 'kafkajs';
export type { Kafka, KafkaConsumer };
export type BatchPassed = ConsumerEndBatchProcessEvent['payload'];

/**
 * Long enough to sit out a broker that starts again: a member that gives up comes back as a stranger, and its group
 * waits a whole session for the one that it was.
 */
const retry = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 12 };

/** The shortest that a broker allows by default. What a dead member owned lies still for that long. */
const sessionTimeout = 6_000;
const heartbeatInterval = 1_000;

/** How soon partitions that somebody has added are read. */
const metadataMaxAge = 30_000;

/** How long a stop may wait for a fetch that finds nothing; messages that come end it at once. */
const maxWaitTimeInMs = 500;

export async function connectKafka(url: string, clientId: string, logger: Logger): Promise<Kafka> {
  const { Kafka, logLevel } = await import('kafkajs');
  return new Kafka({
    ...kafkaAddress(url),
    clientId,
    retry,
    connectionTimeout: 3_000,
    requestTimeout: 15_000,
    logLevel: logLevel.WARN,
    // What kafkajs complains of it tries again by itself; what it does not survive, the consumer's loop reports.
    logCreator:
      () =>
      ({ namespace, log: { message } }) =>
        logger.debug({ kafka: namespace }, message),
  });
}

export const consumerOf = (kafka: Kafka, groupId: string): KafkaConsumer =>
  kafka.consumer({
    groupId,
    sessionTimeout,
    heartbeatInterval,
    metadataMaxAge,
    maxWaitTimeInMs,
    allowAutoTopicCreation: false, // a topic made in passing would have the wrong number of partitions for life
    retry: { ...retry, restartOnFailure: async () => false }, // the loop in join.ts starts it again
  });
