import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { backoff } from '../backoff.js';
import { Stopped } from '../handle.js';
import { failureOf, type GroupStatus, type Member, type MemberOptions } from '../member.js';
import { metricsOf } from '../metrics.js';
import { kafkaAddress } from './address.js';
import { createLanes } from './lanes.js';
import { goodbyeMs, session } from './session.js';

export interface JoinKafkaOptions extends MemberOptions {
  topicPrefix: string;
  /** How long a batch may keep the loop before its partition is paused and the others go on. */
  patienceMs?: number;
}

/**
 * Joins a Kafka group and works until it is stopped: each partition's batch in its own transaction, offsets after the
 * commits and lazily, since the inbox covers what is read again. Whatever happens to the brokers, it tries again.
 */
export function joinKafka(options: JoinKafkaOptions): Member {
  // A wrong address ends the start: no trying again mends it. Each session reads it anew, as certificates are renewed.
  kafkaAddress(options.url);
  const { group, logger, stopping, batchSize = 500, pollMs = 1_000, patienceMs = 5_000 } = options;
  const { signal } = stopping;
  const metrics = metricsOf(group);
  const lanes = createLanes({ ...options, signal, batchSize, replayEveryMs: pollMs });
  const stopped = once(signal, 'abort');
  let lag = 0;
  let failure: unknown = new Error('not joined yet');
  let complaint: string | undefined;

  const running = (async () => {
    const pause = backoff({ first: 100, most: 2_000 });
    const stay = {
      ...options,
      pollMs,
      patienceMs,
      lanes,
      onJoin() {
        failure = undefined;
        pause.reset();
      },
      onComplaint(about: string | undefined) {
        if (about && about !== complaint) logger.error({ group }, about);
        complaint = about;
      },
      onLag(messages: number) {
        lag = messages;
        metrics.lag(lag);
      },
    };
    while (!signal.aborted) {
      try {
        await Promise.race([
          session(stay, stopped),
          stopped.then(() => sleep(2 * goodbyeMs, undefined, { ref: false })),
        ]);
      } catch (error) {
        if (error instanceof Stopped) break;
        if (failure === undefined || `${failure}` !== `${error}`)
          logger.error({ group, err: error }, 'the consumer cannot go on, trying again');
        failure = error;
        await pause.wait(signal);
      }
    }
    await lanes.over();
  })();

  return {
    group,
    status(): GroupStatus {
      const ill =
        failure ??
        lanes
          .all()
          .find((lane) => lane.failure() !== undefined)
          ?.failure();
      return {
        group,
        lag,
        partitions: lanes
          .all()
          .map((lane) => ({ topic: lane.topic, partition: lane.partition, committed: lane.done() })),
        ...failureOf(ill),
        complaint,
      };
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
