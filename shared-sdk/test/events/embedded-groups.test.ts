import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { trimLock } from '../../src/relay/partitions.js';
import { broker } from '../fixtures/event-log.js';
import { patiently, testGroup } from '../fixtures/group.js';
import { parkedOf } from '../fixtures/tally.js';

// What has no counterpart on Kafka: its brokers know the members, and trim by age.

describe.skipIf(broker)('a group on the embedded log', () => {
  const g = testGroup();
  const { join, closedGate, shares, keys, sendRound, upTo, seen } = g;

  it('goes on at once when a member dies, without waiting for its lease', async () => {
    // What a kill leaves: partitions of a member whose lease runs on, and whose connection is gone.
    await g.t.admin.query({
      text: `INSERT INTO events.log_partition (topic, partition) SELECT 'thing', generate_series(0, 3);
             INSERT INTO events.group_offset (grp, topic, partition, owner, committed)
               SELECT 'tally.things', topic, partition, 'dead', 0 FROM events.log_partition WHERE topic = 'thing';
             INSERT INTO events.group_member VALUES ('tally.things', 'dead', 0, now(), now() + interval '10 minutes')`,
    });
    const survivor = join();
    await expect.poll(() => survivor.status().partitions.length).toBe(4);
    await sendRound(1);
    await expect.poll(seen, patiently).toEqual(upTo(1));
  });

  describe('that has a zombie', () => {
    /** A member that stands still in front of each batch until it is let go. */
    function held() {
      let caught = false;
      const { open: letGo, opened } = closedGate();
      const member = join(
        {},
        {
          leaseSeconds: 600, // no heartbeat within the test: the dead do not come back
          around: (real) => ({
            ...real,
            async process(messages) {
              caught = true;
              await opened;
              await real.process(messages);
            },
          }),
        },
      );
      return { member, letGo, caught: () => caught };
    }
    const offsets = async () =>
      (
        await g.t.admin.query<{ owner: string; epoch: number; committed: number }>({
          text: 'SELECT owner, epoch, committed FROM events.group_offset ORDER BY topic, partition',
        })
      ).rows;
    const done = async () => (await offsets()).map(({ committed }) => committed);

    it('refuses its offsets, and knows its effects', async () => {
      const zombie = held();
      await sendRound(1);
      await expect.poll(zombie.caught).toBe(true);
      // Its lease runs out while it stands still in the middle of a batch.
      await g.t.admin.query({
        text: `UPDATE events.group_member SET alive_until = now() - interval '1 second'`,
      });
      const heir = held();
      await expect.poll(heir.caught).toBe(true);
      const before = await offsets();
      expect(before.map(({ epoch }) => epoch)).toEqual([2, 2, 2, 2]);

      zombie.letGo();
      await expect.poll(seen, patiently).toEqual(upTo(1));
      await expect.poll(() => zombie.member.status().partitions).toEqual([]);
      expect(await offsets()).toEqual(before);
      expect(await done()).toEqual([0, 0, 0, 0]);

      heir.letGo();
      await sendRound(2);
      await expect.poll(seen, patiently).toEqual(upTo(2));
      await expect.poll(shares, patiently).toEqual([2, 2]); // and the zombie lives again
      await expect.poll(g.log.committed, patiently).toBe(40);
      expect(await parkedOf(g.t.db)).toEqual([]);
    });
  });

  it('that is new waits for a trim under way: it would begin with events that are about to go', async () => {
    await sendRound(1);
    await expect
      .poll(async () => (await g.t.admin.query({ text: 'SELECT FROM events.log' })).rowCount)
      .toBe(keys.length);
    const { open: release, opened: held } = closedGate();
    const trimming = g.t.admin.transaction(async (tx) => {
      await tx.query({ text: `SELECT pg_advisory_xact_lock(${trimLock})` });
      await held;
      await tx.query({ text: 'DELETE FROM events.log WHERE position = 1' });
    });
    const member = join();
    await sleep(300);
    expect(member.status().partitions).toEqual([]);
    release();
    await trimming;
    await expect.poll(() => member.status().partitions.length).toBe(4);
    await expect.poll(() => member.status().failure).toBeUndefined();
  });

  it('begins anew when somebody removes it while it is alive, and waits for a trim then too', async () => {
    const removal = { text: 'DELETE FROM events.group_offset' };
    const member = join({}, { leaseSeconds: 1 });
    await sendRound(1);
    await expect.poll(g.log.committed, patiently).toBe(20);
    const { open: release, opened: held } = closedGate();
    const trimming = g.t.admin.transaction(async (tx) => {
      await tx.query({ text: `SELECT pg_advisory_xact_lock(${trimLock})` });
      await held;
    });
    await g.t.admin.query(removal);
    try {
      await sleep(1_000);
      expect((await g.t.admin.query({ text: 'SELECT FROM events.group_offset' })).rowCount).toBe(0);
    } finally {
      release();
      await trimming;
    }
    await sendRound(2);
    await expect.poll(seen, patiently).toEqual(upTo(2));
    await expect.poll(g.log.committed, patiently).toBe(40);
    expect(member.status().partitions).toHaveLength(4);
  });
});
