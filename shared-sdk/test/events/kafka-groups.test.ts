import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { name, type Processor, type TopicPartition } from '../../src/events/process.js';
import type { OutboxEvent } from '../../src/outbox/index.js';
import { brokerCable } from '../fixtures/broker-cable.js';
import { broker } from '../fixtures/event-log.js';
import { patiently, testGroup } from '../fixtures/group.js';
import { recordsOf } from '../fixtures/kafka-log.js';
import { thing } from '../fixtures/log.js';

describe.runIf(broker)('a group on Kafka', () => {
  const g = testGroup();
  const { join, closedGate, shares, seen, send, sendRound, upTo } = g;

  async function asOperator(work: (admin: Admin) => Promise<unknown>): Promise<void> {
    const admin = new Kafka({ brokers: [broker as string], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await work(admin);
    await admin.disconnect();
  }

  it('keeps the other partitions going while one waits for long', async () => {
    const { open: free, opened: held } = closedGate();
    const member = join({ stuck: () => held }, { patienceMs: 300 });
    await send({ ...thing('slow', 1), payload: { label: 'stuck' } });
    await expect.poll(() => member.status().partitions.length, patiently).toBe(4);
    await sleep(1_000); // its partition is paused by now
    for (let n = 1; n <= 3; n++) await sendRound(n);
    const others = async () =>
      Object.entries(await seen()).filter(([, labels]) => labels.length === 3).length;
    try {
      // What shares the partition of the slow key waits behind it.
      await expect.poll(others, patiently).toBeGreaterThan(10);
      expect((await seen()).slow).toBeUndefined();
    } finally {
      free();
    }
    await expect.poll(seen, patiently).toEqual({ ...upTo(3), slow: ['stuck'] });
    await expect.poll(g.log.committed, patiently).toBe(61);
  });

  it.each([
    ['keeps the loop', 60_000],
    ['is left to its lane', 300],
  ])('stays a member while a batch takes longer than its session and %s', async (_, patienceMs) => {
    const taken: string[] = [];
    const around = (real: Processor) => ({
      ...real,
      async taken(partitions: TopicPartition[]) {
        taken.push(...partitions.map(name));
        await real.taken(partitions);
      },
    });
    const member = join({ '1': () => sleep(9_000) }, { patienceMs, around });
    await send(thing('a', 1));
    await expect.poll(g.log.committed, patiently).toBe(1);
    expect(await seen()).toEqual({ a: ['1'] });
    expect(taken.toSorted()).toEqual(['thing/0', 'thing/1', 'thing/2', 'thing/3']);
    expect(member.status().failure).toBeUndefined();
  });

  it('says that a topic has other partitions than it should, and goes on', async () => {
    const member = join();
    await sendRound(1);
    await expect.poll(seen, patiently).toEqual(upTo(1));
    expect(member.status().complaint).toBeUndefined();
    const topic = `${g.log.topicPrefix}thing`;
    await asOperator((admin) => admin.createPartitions({ topicPartitions: [{ topic, count: 5 }] }));
    await expect.poll(() => member.status().complaint, patiently).toBe(`${topic} has 5 partitions, not 4`);
    expect(member.status().failure).toBeUndefined();
  });

  it('hands over in the middle of a long batch, and applies it once', async () => {
    const { open, opened } = closedGate();
    join({ '1': () => opened }, { patienceMs: 300 });
    await expect.poll(shares, patiently).toEqual([4]);
    await sendRound(1);
    await sleep(1_000); // all partitions are paused
    join();
    await expect.poll(shares, patiently).toEqual([2, 2]);
    await sleep(1_000); // the heir waits for what the transaction under way has put into the inbox
    expect(await seen()).toEqual({});
    open();
    await sendRound(2);
    await expect.poll(seen, patiently).toEqual(upTo(2));
    await expect.poll(g.log.committed, patiently).toBe(40);
  });

  it('does not read the same over and over while its last batch ends', async () => {
    const cable = brokerCable();
    const { open, opened } = closedGate();
    let held = 0;
    const stuck = () => {
      held++;
      return opened;
    };
    try {
      const member = join({ stuck }, { patienceMs: 300 });
      await send({ ...thing('slow', 1), payload: { label: 'stuck' } });
      await expect.poll(() => held, patiently).toBe(1);
      const stopped = member.stop();
      const before = cable.read();
      await sendRound(1);
      await sleep(3_000);
      expect(cable.read() - before).toBeLessThan(100_000);
      open();
      await stopped;
    } finally {
      cable.remove();
    }
    join();
    await expect.poll(seen, patiently).toEqual({ ...upTo(1), slow: ['stuck'] });
  });

  describe('that the brokers have forgotten, as they do a week after it was left', () => {
    beforeEach(async () => {
      const before = join();
      await sendRound(1);
      await expect.poll(g.log.committed, patiently).toBe(20);
      await before.stop();
      await asOperator((admin) => admin.deleteGroups([g.log.group]));
    });

    it('stops where events are gone that it may not have read, until somebody says where to go on', async () => {
      await sendRound(2);
      await g.log.trim();
      await sendRound(3);
      const member = join();
      await expect.poll(() => member.status().failure, patiently).toMatch('events may be missing');
      await sleep(3_000); // and it does not get over it by itself
      expect(member.status().failure).toMatch('events may be missing');
      expect(await seen()).toEqual(upTo(1));
      await member.stop();
      await g.log.skipGap();
      join();
      await expect.poll(async () => (await seen()).k0, patiently).toEqual(['1', '3']);
    });

    it('reads all anew where nothing is gone, and applies nothing twice', async () => {
      const member = join();
      await sendRound(2);
      await expect.poll(g.log.committed, patiently).toBe(40);
      expect(await seen()).toEqual(upTo(2));
      expect(member.status().failure).toBeUndefined();
    });
  });

  it('that is new begins with what a topic still has, though its first member came no further than to join', async () => {
    await sendRound(1);
    await g.log.trim();
    const around = (real: Processor) => ({
      ...real,
      async taken(partitions: TopicPartition[]) {
        await real.taken(partitions);
        throw new Error('its process ends');
      },
      released: async () => {},
    });
    const first = join({}, { around });
    await expect.poll(() => first.status().failure, patiently).toBe('its process ends');
    await first.stop();
    const next = join();
    await expect.poll(() => next.status().partitions.length, patiently).toBe(4);
    await sendRound(2);
    await expect.poll(async () => Object.values(await seen()), patiently).toEqual(g.keys.map(() => ['2']));
    expect(next.status().failure).toBeUndefined();
  });

  describe('whose topic another producer fills in transactions: their markers take an offset each', () => {
    async function inTransaction(how: 'commit' | 'abort', ...events: OutboxEvent[]): Promise<void> {
      const producer = new Kafka({ brokers: [broker as string], logLevel: logLevel.NOTHING }).producer({
        transactionalId: randomUUID(),
        maxInFlightRequests: 1,
        idempotent: true,
      });
      await producer.connect();
      const transaction = await producer.transaction();
      await transaction.send({ topic: `${g.log.topicPrefix}thing`, messages: recordsOf(events) });
      await transaction[how]();
      await producer.disconnect();
    }
    const round = (n: number) => g.keys.map((key) => thing(key, n));

    it('comes to its end, and misses nothing when it is emptied', async () => {
      let rests = 0;
      const around = (real: Processor) => ({
        ...real,
        caughtUp() {
          rests++;
          real.caughtUp();
        },
      });
      const member = join({}, { around });
      await inTransaction('commit', ...round(1));
      await expect.poll(seen, patiently).toEqual(upTo(1));
      rests = 0;
      await expect.poll(g.log.committed, patiently).toBe(24);
      await expect.poll(() => rests, patiently).toBeGreaterThan(0);
      expect(member.status().lag).toBe(0);
      await g.log.trim();
      await member.stop();

      const next = join();
      await inTransaction('commit', ...round(2));
      await expect.poll(seen, patiently).toEqual(upTo(2));
      expect(next.status().failure).toBeUndefined();
    });

    it('passes by what was aborted, though it has read nothing else', async () => {
      join();
      await inTransaction('abort', ...round(1));
      await expect.poll(g.log.committed, patiently).toBe(24);
      await sendRound(2);
      await expect.poll(g.log.committed, patiently).toBe(44);
      expect(Object.values(await seen())).toEqual(g.keys.map(() => ['2']));
    });
  });

  describe('whose brokers cannot be reached', () => {
    let cable: ReturnType<typeof brokerCable>;
    beforeEach(async () => {
      await send(thing('first', 1)); // by a connection that is not cut
      cable = brokerCable();
    });
    afterEach(() => cable.remove());
    const all = (n: number) => ({ ...upTo(n), first: ['1'] });

    it('at its start says so, and reads once they can', async () => {
      cable.cut();
      const member = join();
      await sendRound(1);
      await expect.poll(() => member.status().failure, patiently).toMatch('ECONNREFUSED');
      cable.mend();
      await expect.poll(seen, patiently).toEqual(all(1));
      expect(member.status().failure).toBeUndefined();
    });

    it.each([
      ['for a moment', 2_000],
      ['for longer than kafkajs tries', 25_000],
    ])(
      '%s, in the middle of a batch, loses and repeats nothing',
      async (_, ms) => {
        const { open, opened } = closedGate();
        const member = join({ '2': () => opened });
        await sendRound(1);
        await expect.poll(seen, patiently).toEqual(all(1));
        await sendRound(2);
        await sleep(500);
        cable.cut();
        await sendRound(3);
        open();
        await expect.poll(seen, patiently).toEqual(all(2)); // the database can be reached
        await sleep(ms);
        cable.mend();
        await expect.poll(seen, { timeout: 40_000 }).toEqual(all(3));
        await expect.poll(g.log.committed, patiently).toBe(61);
        await expect.poll(() => member.status().failure, patiently).toBeUndefined();
      },
      100_000,
    );
  });
});
