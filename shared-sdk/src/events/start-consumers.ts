import { ConfigError } from '../config/index.js';
import type { Database } from '../db/index.js';
import { AppError } from '../errors/index.js';
import type { Logger } from '../logging/index.js';
import type { Consumer } from './consumer.js';
import { joinKafka } from './kafka/join.js';
import type { GroupStatus } from './member.js';
import { joinPostgres } from './postgres/join.js';
import { processor } from './process.js';

export interface Consumers {
  status(): GroupStatus[];
  /** Rejects with the first consumer's trouble. */
  check(): Promise<void>;
  /** Rejects when topics are not as they should be, though everybody works. */
  checkTopics(): Promise<void>;
  stop(): Promise<void>;
}

export interface StartConsumersOptions {
  /** `postgres://…` reads the embedded log, `kafka://…` Kafka's topics. */
  url: string;
  /** What topics are called on Kafka, before their bare names. */
  topicPrefix?: string;
  db: Database;
  // biome-ignore lint/suspicious/noExplicitAny: each consumer has its own types, which only it needs
  consumers: Consumer<any, any>[];
  logger: Logger;
}

/** Starts each consumer on the log that the URL's protocol names. Throws ConfigError when the URL is wrong. */
export function startConsumers({
  url,
  topicPrefix = 'market.',
  db,
  consumers,
  logger,
}: StartConsumersOptions): Consumers {
  const { protocol } = new URL(url);
  const members = consumers.map((consumer) => {
    const stopping = new AbortController();
    const options = {
      url,
      group: consumer.group,
      topics: [...new Set(consumer.schemas.map(({ topic }) => topic))],
      processor: processor({ db, consumer, logger, signal: stopping.signal }),
      logger,
      stopping,
    };
    if (protocol === 'kafka:') return joinKafka({ ...options, topicPrefix });
    if (/^postgres(ql)?:$/.test(protocol)) return joinPostgres(options);
    throw new ConfigError([`EVENTS_URL has no driver for ${protocol}//`]);
  });
  return {
    status: () => members.map((member) => member.status()),
    async check() {
      const ill = members.map((member) => member.status()).find(({ failure }) => failure !== undefined);
      if (ill) throw Object.assign(new Error(`${ill.group}: ${ill.failure}`), { code: ill.code });
    },
    async checkTopics() {
      const wrong = members.map((member) => member.status()).find(({ complaint }) => complaint !== undefined);
      if (wrong) throw new AppError('WRONG_PARTITIONS', 'internal', `${wrong.group}: ${wrong.complaint}`);
    },
    async stop() {
      await Promise.all(members.map((member) => member.stop()));
    },
  };
}
