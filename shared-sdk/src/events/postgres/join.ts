import { connectDatabase, isTransient, uuidv7 } from '../../db/index.js';
import { backoff } from '../backoff.js';
import { Stopped } from '../handle.js';
import { failureOf, type GroupStatus, type Member, type MemberOptions } from '../member.js';
import { metricsOf } from '../metrics.js';
import { name } from '../process.js';
import { listen } from './listen.js';
import { membership, type Owned } from './members.js';
import { advance, read } from './read.js';

export interface JoinPostgresOptions extends MemberOptions {
  leaseSeconds?: number;
}

const commitEveryMs = 500;

/**
 * Joins a group on the embedded log and works until it is stopped: read, process, remember how far. Offsets follow the
 * commits lazily, since the inbox covers what is read again.
 */
export function joinPostgres(options: JoinPostgresOptions): Member {
  const {
    url,
    group,
    topics,
    processor,
    logger,
    stopping,
    batchSize = 500,
    leaseSeconds = 10,
    pollMs = 1_000,
  } = options;
  const { signal } = stopping;
  // One connection: its backend is what the others see of us, so the lease and the connection end together.
  const db = connectDatabase({ url, poolSize: 1 });
  const members = membership(db, { group, topics, member: uuidv7(), leaseSeconds });
  const metrics = metricsOf(group);
  let owned: Owned[] = [];
  let lag = 0;
  let uncommitted = false;
  let lastCommit = 0;
  let lastReplay = 0;
  let failure: unknown = new Error('not joined yet');
  let wake = () => {};
  let awake = false;
  let rebalance = true;

  const rouse = () => {
    awake = true;
    wake();
  };
  const ear = listen(url, ['group_members', ...topics.map((topic) => `log_${topic}`)], (channel) => {
    if (channel === 'group_members') rebalance = true;
    rouse();
  });
  // By a timer, not by the loop: a long batch must not cost us the lease.
  const heartbeat = setInterval(
    () => {
      members.renew(owned).then(
        (plan) => {
          lag = plan.lag;
          metrics.lag(lag);
          if (plan.leaving.length > 0 || plan.wanted.length > 0) rebalance = true;
          if (rebalance) rouse();
        },
        () => {}, // the loop's own queries tell of it
      );
    },
    (leaseSeconds * 1_000) / 3,
  );

  async function commit(): Promise<void> {
    if (!uncommitted) return;
    const lost = await members.commit(owned);
    uncommitted = false;
    lastCommit = Date.now();
    if (lost.length === 0) return;
    logger.warn({ group, partitions: lost.map(name) }, 'partitions were taken over');
    owned = owned.filter((partition) => !lost.includes(partition));
  }

  async function release(leaving: Owned[]): Promise<void> {
    if (leaving.length === 0) return;
    await commit();
    await processor.released(leaving);
    await members.giveUp(leaving);
    owned = owned.filter((partition) => !leaving.includes(partition));
  }

  async function settle(): Promise<void> {
    rebalance = false;
    const plan = await members.renew(owned);
    await release(plan.leaving);
    const taken = await members.take(plan.wanted, plan.live);
    if (taken.length === 0) return;
    await processor.taken(taken);
    owned = [...owned, ...taken];
    logger.info({ group, partitions: owned.length, members: plan.live.length }, 'partitions taken');
  }

  async function replay(): Promise<number> {
    lastReplay = Date.now();
    return owned.length > 0 ? await processor.replay(owned) : 0;
  }

  async function sleep(): Promise<void> {
    if (awake || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pollMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    wake = () => {};
  }

  async function round(): Promise<void> {
    if (rebalance) await settle();
    awake = false;
    const messages = owned.length > 0 ? await read(db, owned, batchSize) : [];
    if (messages.length > 0) {
      const advanced = advance(owned, messages);
      await processor.process(messages);
      owned = advanced;
      uncommitted = true;
      if (Date.now() - lastCommit >= commitEveryMs) await commit();
      if (Date.now() - lastReplay >= pollMs) await replay(); // there may be no rest for hours
      return;
    }
    processor.caughtUp();
    await commit();
    if ((await replay()) === 0) await sleep();
  }

  const running = (async () => {
    const pause = backoff({ first: 100, most: 2_000 });
    while (!signal.aborted) {
      try {
        await round();
        failure = undefined;
        pause.reset();
      } catch (error) {
        if (error instanceof Stopped) break;
        if (!isTransient(error) || failure === undefined)
          logger.error({ group, err: error }, 'the consumer cannot go on, trying again');
        failure = error;
        rebalance = true;
        await pause.wait(signal);
      }
    }
    clearInterval(heartbeat);
    await ear.close();
    try {
      await release(owned);
      await members.leave();
    } catch (error) {
      // The lease runs out by itself, and the next owner starts carefully.
      logger.warn({ group, err: error }, 'the group could not be left in order');
    }
    await db.close();
  })();

  return {
    group,
    status: (): GroupStatus => ({
      group,
      lag,
      partitions: owned.map(({ topic, partition, committed }) => ({ topic, partition, committed })),
      ...failureOf(failure),
    }),
    async stop() {
      stopping.abort();
      rouse();
      await running;
    },
  };
}
