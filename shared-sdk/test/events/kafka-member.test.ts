import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { joinKafka } from '../../src/events/kafka/join.js';
import type { Member } from '../../src/events/member.js';
import { fakeKafka, fakeProcessor } from '../fixtures/fake-kafka.js';
import { gate, quiet } from '../fixtures/log.js';

// What needs several brokers, or a crash at the worst moment: here kafkajs does as it is told. What it does by itself
// is tried on a real broker, in kafka-groups.test.ts.

const { now } = vi.hoisted(() => ({ now: {} as { fake: ReturnType<typeof fakeKafka> } }));
vi.mock('../../src/events/kafka/client.js', () => ({
  connectKafka: async () => now.fake.kafka,
  consumerOf: () => now.fake.consumer,
}));

let fake: ReturnType<typeof fakeKafka>;
let member: Member;
beforeEach(() => {
  fake = fakeKafka();
  now.fake = fake;
});
afterEach(() => member.stop());

async function join(processor = fakeProcessor(), ...partitions: number[]) {
  member = joinKafka({
    url: 'kafka://nowhere',
    topicPrefix: 'p.',
    group: 'tally.things',
    topics: ['thing'],
    processor,
    logger: quiet,
    stopping: new AbortController(),
    pollMs: 50,
    patienceMs: 50,
  });
  const run = vi.spyOn(fake.consumer, 'run');
  await expect.poll(() => run.mock.calls.length).toBe(1);
  fake.assign(...partitions);
  return processor;
}

describe('a partition', () => {
  it('is not left paused by a batch that began before the group met again', async () => {
    const { open, opened } = gate();
    const process = vi.fn(async () => {});
    process.mockImplementationOnce(() => opened);
    await join(fakeProcessor({ process }), 0);
    const old = fake.bring(0, 0, 1);
    await expect.poll(() => process.mock.calls.length).toBe(1);
    fake.assign(0); // another broker's fetcher has joined again, while this batch runs
    await old;
    await sleep(100);
    open();
    await sleep(50);
    expect(fake.paused.size).toBe(0);
    expect(fake.resolveOffset).not.toHaveBeenCalled();
    await fake.bring(0, 0, 1);
    expect(fake.resolveOffset.mock.calls).toEqual([['1']]);
  });

  it('that was paused for a long batch goes on behind it', async () => {
    const { open, opened } = gate();
    await join(fakeProcessor({ process: () => opened }), 0, 1);
    await fake.bring(0, 0, 1);
    expect([...fake.paused]).toEqual([0]);
    open();
    await expect.poll(() => fake.paused.size).toBe(0);
    expect(fake.seek.mock.calls).toMatchObject([[{ partition: 0, offset: '2' }]]);
  });

  it('whose long batch ends in the middle of a crash ends nothing else', async () => {
    const { open, opened } = gate();
    await join(fakeProcessor({ process: () => opened }), 0);
    await fake.bring(0, 0);
    fake.crash();
    open();
    await expect.poll(() => fake.seek.mock.calls.length).toBe(1);
    await sleep(20); // vitest fails by itself for a rejection that nobody handles
  });

  it('is not worked on before it is noted whose it is, however often that fails', async () => {
    const taken = vi.fn(async () => {});
    taken.mockRejectedValueOnce(new Error('no')).mockRejectedValueOnce(new Error('no'));
    const processor = await join(fakeProcessor({ taken }), 0);
    await expect.poll(() => member.status().failure).toBe('no');
    const brought = fake.bring(0, 0);
    expect(processor.process).not.toHaveBeenCalled();
    await expect.poll(() => taken.mock.calls.length).toBe(3);
    await brought;
    await expect.poll(() => processor.process.mock.calls.length).toBe(1);
    expect(member.status().failure).toBeUndefined();
    await expect.poll(() => processor.replay.mock.calls.length).toBeGreaterThan(0); // it counts as idle again
  });
});

describe('a member that kafkajs makes give up its partitions', () => {
  it('waits for new ones', async () => {
    const processor = await join(fakeProcessor(), 0);
    fake.emit('consumer.rebalancing', {});
    fake.assign(1);
    void fake.bring(1, 0);
    await expect.poll(() => processor.process.mock.calls.length).toBe(1);
    expect(member.status().failure).toBeUndefined();
  });

  it('and goes on with the old ones joins anew: each batch would be read again for ever', async () => {
    const processor = await join(fakeProcessor(), 0);
    const run = vi.spyOn(fake.consumer, 'run').mockClear();
    fake.emit('consumer.rebalancing', {});
    await fake.bring(0, 0);
    await expect.poll(() => run.mock.calls.length).toBeGreaterThan(0);
    fake.assign(0);
    await fake.bring(0, 0);
    expect(processor.process).toHaveBeenCalledTimes(1);
  });
});

describe('a member whose start has no end', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  /** Longer than anybody waits for kafkajs. */
  const wait = () => vi.advanceTimersByTime(70_000);

  it('tries anew, and lets go of the old one when that joins after all', async () => {
    const { open, opened } = gate();
    vi.spyOn(fake.consumer, 'run').mockImplementationOnce(() => opened);
    const processor = await join(fakeProcessor(), 0);
    const run = vi.mocked(fake.consumer.run);
    const old = fake.listeners();
    wait();
    await expect.poll(() => member.status().failure).toBe('nothing was fetched for a minute');
    await expect.poll(() => run.mock.calls.length, { timeout: 10_000 }).toBe(2);
    fake.assign(1);
    expect(fake.consumer.disconnect).not.toHaveBeenCalled(); // it would not reach a run that has not begun
    old('consumer.group_join', { memberAssignment: { 'p.thing': [0] } });
    old('consumer.rebalancing', {});
    open();
    await expect.poll(() => fake.consumer.disconnect.mock.calls.length).toBe(1);
    await fake.bring(1, 0);
    expect(processor.process).toHaveBeenCalledTimes(1);
  });

  it('also where the brokers do not say what they have', async () => {
    const silent = vi.spyOn(fake.admin, 'listTopics').mockImplementationOnce(() => new Promise(() => {}));
    const joining = join(fakeProcessor(), 0);
    await expect.poll(() => silent.mock.calls.length).toBe(1);
    wait();
    await joining;
    expect(silent).toHaveBeenCalledTimes(2);
  });
});

describe('a replay that fails', () => {
  it('is told of until one succeeds, though nothing else happens', async () => {
    const replay = vi.fn(async () => 0);
    replay.mockRejectedValueOnce(new Error('statement timeout'));
    await join(fakeProcessor({ replay }), 0);
    await expect.poll(() => member.status().failure).toBe('statement timeout');
    await expect.poll(() => member.status().failure).toBeUndefined();
  });

  it('does not hide that another partition is stuck', async () => {
    const process = async () => {
      throw new Error('stuck');
    };
    const processor = await join(fakeProcessor({ process }), 0, 1);
    void fake.bring(0, 0);
    await expect.poll(() => processor.replay.mock.calls.length).toBeGreaterThan(3);
    expect(member.status().failure).toBe('stuck');
  });
});

describe('offsets', () => {
  it('are committed one after the other: an old one that is tried again would put them back', async () => {
    const { open, opened } = gate();
    fake.commit.mockImplementationOnce(() => opened);
    await join(fakeProcessor(), 0);
    await fake.bring(0, 0);
    await expect.poll(() => fake.commit.mock.calls.length).toBe(1);
    await fake.bring(0, 1);
    await sleep(1_200);
    expect(fake.commit).toHaveBeenCalledTimes(1);
    open();
    await expect.poll(() => fake.commit.mock.calls.length).toBe(2);
    expect(JSON.stringify(fake.commit.mock.calls[1])).toContain('"offset":"2"');
  });

  it('of the last batch are committed at a stop, though a commit is under way', async () => {
    const { open, opened } = gate();
    fake.commit.mockImplementationOnce(() => opened);
    await join(fakeProcessor(), 0);
    await fake.bring(0, 0);
    await expect.poll(() => fake.commit.mock.calls.length).toBe(1);
    await fake.bring(0, 1);
    const stopped = member.stop();
    await sleep(50);
    open();
    await stopped;
    expect(JSON.stringify(fake.commit.mock.calls.at(-1))).toContain('"offset":"2"');
  });
});

describe('a gap', () => {
  const missing = 'p.thing/0 begins at 8, and tally.things has read up to 5: events are missing';

  it('between two batches stops the consumer: kafkajs passes over it without a word', async () => {
    const processor = await join(fakeProcessor(), 0);
    await fake.bring(0, 3, 4);
    Object.assign(fake.places[0] as object, { low: 8, high: 20, committed: -2 }); // what it commits for it
    void fake.bring(0, 8, 9);
    await expect.poll(() => member.status().failure).toBe(missing);
    expect(processor.process).toHaveBeenCalledTimes(1);
    expect(member.status().partitions).toEqual([]);
  });

  it('in front of the first batch stops it, also when kafkajs has passed over it already', async () => {
    await join(fakeProcessor(), 0);
    Object.assign(fake.places[0] as object, { low: 8, high: 20, committed: -2 });
    void fake.bring(0, 8);
    await expect.poll(() => member.status().failure).toMatch('events are missing');
    await sleep(500); // and the next session says so as well
    expect(member.status().failure).toMatch('events are missing');
  });

  it('in front of offsets without a message stops it as well: they come in no batch', async () => {
    await join(fakeProcessor(), 0);
    await fake.bring(0, 3, 4);
    Object.assign(fake.places[0] as object, { low: 8, high: 9, committed: -2 });
    fake.emit('consumer.end_batch_process', {
      ...{ topic: 'p.thing', partition: 0, batchSize: 0 },
      ...{ firstOffset: '8', lastOffset: '8', highWatermark: '9' },
    });
    await expect.poll(() => member.status().failure).toBe(missing);
  });

  it('that only a compaction or a transaction left is none', async () => {
    const processor = await join(fakeProcessor(), 0);
    await fake.bring(0, 3, 4);
    await fake.bring(0, 8, 9);
    expect(processor.process).toHaveBeenCalledTimes(2);
    expect(member.status().failure).toBeUndefined();
  });
});
