import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { connectDatabase } from '../../src/db/index.js';
import { registry } from '../../src/metrics/index.js';
import { patiently, testGroup } from '../fixtures/group.js';
import { thing } from '../fixtures/log.js';
import { parkedOf } from '../fixtures/tally.js';

// On the embedded log, or with MARKET_TEST_KAFKA on Kafka: no test knows which.

describe('a group', () => {
  const g = testGroup();
  const { join, closedGate, shares, keys, sendRound, upTo, seen, send } = g;

  it('reads from the beginning what was there before it', async () => {
    await sendRound(1);
    join();
    await sendRound(2);
    await expect.poll(seen, patiently).toEqual(upTo(2));
  });

  it('shares the partitions between two members, and one takes all when the other leaves', async () => {
    const first = join();
    await expect.poll(shares, patiently).toEqual([4]);
    const second = join();
    await expect.poll(shares, patiently).toEqual([2, 2]);
    await sendRound(1);
    await expect.poll(seen, patiently).toEqual(upTo(1));
    await first.stop();
    await expect.poll(() => second.status().partitions.length, patiently).toBe(4);
    await sendRound(2);
    await expect.poll(seen, patiently).toEqual(upTo(2));
    expect(second.status().partitions).toHaveLength(4);
  });

  it('applies nothing twice when all offsets go back to the beginning', async () => {
    const first = join();
    await sendRound(1);
    await sendRound(2);
    await expect.poll(seen, patiently).toEqual(upTo(2));
    await first.stop();
    expect(await g.log.committed()).toBe(40);
    await g.log.rewind();
    join();
    await expect.poll(g.log.committed, patiently).toBe(40);
    expect(await seen()).toEqual(upTo(2));
  });

  it('stops at a gap in the log instead of passing over a lost message', async () => {
    await sendRound(1);
    await g.log.forgetUnread();
    const member = join();
    await expect.poll(() => member.status().failure, patiently).toMatch('events are missing');
    expect(member.status().code).toBe('LOG_GAP');
    expect(await g.log.committed()).toBe(0);
    expect(await seen()).toEqual({});
  });

  it('stops at a gap that arises while it reads, until somebody sets it behind', async () => {
    let held = 0;
    const { open, opened } = closedGate();
    const member = join({
      '2': () => {
        held++;
        return opened;
      },
    });
    await sendRound(1);
    await expect.poll(seen, patiently).toEqual(upTo(1));
    await sendRound(2);
    await expect.poll(() => held).toBeGreaterThan(0);
    await sleep(500); // what was sent is in hand
    await sendRound(3);
    await g.log.trim();
    await sendRound(4);
    open();
    await expect.poll(() => member.status().failure, patiently).toMatch('events are missing');
    await sleep(3_000); // and it does not get over it by itself
    expect(member.status().failure).toMatch('events are missing');
    expect(Object.values(await seen()).flat()).not.toContain('4');
    await member.stop();
    await g.log.skipGap();
    join();
    await expect.poll(async () => (await seen()).k0, patiently).toEqual(['1', '2', '4']);
  });

  it('survives an outage of PostgreSQL between and during batches', async () => {
    const member = join();
    await sendRound(1);
    await expect.poll(seen, patiently).toEqual(upTo(1));
    for (let n = 2; n <= 5; n++) {
      await g.t.admin.query({
        text: `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename IN ('tally', 'tally_events', 'relay') AND datname = current_database()`,
      });
      const again = connectDatabase({ url: g.t.url, poolSize: 1 });
      await g.log.send(
        keys.map((key) => thing(key, n)),
        again,
      );
      await again.close();
    }
    await expect.poll(seen, { timeout: 20_000 }).toEqual(upTo(5));
    await expect.poll(() => member.status().failure).toBeUndefined();
  });

  it('replays in its own loop what somebody asks for', async () => {
    let broken = true;
    join({
      '1': () => {
        if (broken) throw new Error('broken');
      },
    });
    await send(thing('a', 1), thing('a', 2));
    await expect.poll(async () => (await parkedOf(g.t.db)).length, patiently).toBe(2);
    broken = false;
    await g.t.db.query({ text: 'UPDATE parked SET replay_requested_at = now()' });
    await expect.poll(seen, patiently).toEqual({ a: ['1', '2'] });
    expect(await parkedOf(g.t.db)).toEqual([]);
  });

  it('replays what somebody asks for also while it never comes to rest', async () => {
    let broken = true;
    const mended = {
      '1': () => {
        if (broken) throw new Error('broken');
      },
    };
    let rests = 0;
    join(mended, {
      batchSize: 10,
      around: (real) => ({
        ...real,
        async process(messages) {
          await sleep(20);
          await real.process(messages);
        },
        caughtUp() {
          rests++;
          real.caughtUp();
        },
      }),
    });
    await send(thing('a', 1), thing('a', 2));
    await expect.poll(async () => (await parkedOf(g.t.db)).length, patiently).toBe(2);
    await g.log.send(Array.from({ length: 2_000 }, (_, n) => thing(`busy${n}`, 2)));
    await expect.poll(async () => Object.keys(await seen()).length, patiently).toBeGreaterThan(10);
    rests = 0;
    broken = false;
    await g.t.db.query({ text: 'UPDATE parked SET replay_requested_at = now()' });
    await expect.poll(async () => (await seen()).a, patiently).toEqual(['1', '2']);
    expect(rests).toBe(0);
  });

  it('has nobody reading twice when a member with a long batch is asked to give partitions up', async () => {
    const { open: free, opened: held } = closedGate();
    const slow = join({ '1': () => held });
    await expect.poll(() => slow.status().partitions.length, patiently).toBe(4);
    await sendRound(1);
    await sleep(300); // it is in the batch now
    const heir = join();
    try {
      await sleep(1_000);
      expect(heir.status().partitions).toEqual([]);
    } finally {
      free();
    }
    await expect.poll(seen, patiently).toEqual(upTo(1));
    await expect.poll(shares, patiently).toEqual([2, 2]);
  });

  it('knows how far it is behind', async () => {
    const { open, opened } = closedGate();
    const member = join({ '1': () => opened }, { leaseSeconds: 1 });
    const lag = async () => {
      const { values } = (await registry.getSingleMetric('events_lag')?.get()) ?? { values: [] };
      return [member.status().lag, values.find(({ labels }) => labels.group === g.log.group)?.value];
    };
    await sendRound(1);
    await expect.poll(lag, patiently).toEqual([20, 20]);
    open();
    await expect.poll(lag, patiently).toEqual([0, 0]);
  });
});
