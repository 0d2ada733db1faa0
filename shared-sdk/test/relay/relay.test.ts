import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { append } from '../../src/outbox/index.js';
import { formatLsn, parseLsn } from '../../src/relay/lsn.js';
import { trimLog } from '../../src/relay/trim.js';
import type { TestDatabase } from '../../src/testing/index.js';
import { dropSlot, logOf, newSlot, relayOf, send, thing } from '../fixtures/log.js';
import { tallyDatabase } from '../fixtures/tally.js';

let t: TestDatabase;
beforeEach(async () => {
  t = await tallyDatabase();
});
afterEach(() => t.drop());

const outbox = async () =>
  (await t.admin.query<{ id: string }>({ text: 'SELECT id FROM tally.outbox ORDER BY id' })).rows.map(
    ({ id }) => id,
  );
const logged = async () => (await logOf(t)).map(({ event_id }) => event_id).sort();

/** Positions without gaps, and the versions of each key in order. */
async function expectOrder() {
  const next = new Map<string, number>();
  const versions = new Map<string, number>();
  for (const { topic, partition, position, key, version } of await logOf(t)) {
    expect(position).toBe(next.get(`${topic}/${partition}`) ?? 1);
    next.set(`${topic}/${partition}`, position + 1);
    expect(version).toBe((versions.get(key) ?? 0) + 1);
    versions.set(key, version);
  }
}

describe('the relay', () => {
  it('carries committed events into the log, and those of a rolled back transaction never', async () => {
    const relay = await relayOf(t);
    await send(t.db, [thing('a', 1), thing('b', 1)]);
    await t.db
      .transaction(async (tx) => {
        await append(tx, [thing('a', 2)]);
        throw new Error('no');
      })
      .catch(() => {});
    await send(t.db, [thing('a', 2)]);
    await expect.poll(logged).toEqual(await outbox());
    await relay.stop();
    await expectOrder();
  });

  it('keeps the order of commits, not of the statements', async () => {
    const relay = await relayOf(t);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const early = t.db.transaction(async (tx) => {
      await append(tx, [{ ...thing('k', 2) }]);
      await held;
    });
    await send(t.db, [thing('k', 1)]);
    release();
    await early;
    await expect.poll(async () => (await logOf(t)).map(({ version }) => version)).toEqual([1, 2]);
    await relay.stop();
  });

  it('goes on where it was after an orderly stop', async () => {
    const slot = newSlot();
    const first = await relayOf(t, slot);
    await send(t.db, [thing('a', 1)]);
    await expect.poll(logged).toHaveLength(1);
    await first.stop();
    await send(t.db, [thing('a', 2)]);
    const second = await relayOf(t, slot);
    await expect.poll(logged).toEqual(await outbox());
    await second.stop();
  });

  it('repeats nothing when PostgreSQL never heard how far it was', async () => {
    const slot = newSlot();
    const early = `${slot}_early`;
    await t.admin.query({
      text: `SELECT pg_create_logical_replication_slot($1, 'pgoutput')`,
      values: [early],
    });
    const first = await relayOf(t, slot);
    await send(t.db, [thing('a', 1)]);
    await expect.poll(logged).toHaveLength(1);
    await first.stop();
    // As if every acknowledgement had been lost: the slot stands before the first event, our own record does not.
    await dropSlot(t, slot);
    await t.admin.query({
      text: 'SELECT pg_copy_logical_replication_slot($1, $2, false)',
      values: [early, slot],
    });
    await t.admin.query({ text: 'DELETE FROM events.log' }); // else its unique id would keep it out
    const second = await relayOf(t, slot);
    await send(t.db, [thing('a', 2)]);
    await expect.poll(async () => (await logOf(t)).map(({ version }) => version)).toEqual([2]);
    await second.stop();
  });

  it('refuses to start when its slot is gone, since events would be missing', async () => {
    const slot = newSlot();
    const first = await relayOf(t, slot);
    await first.stop();
    await dropSlot(t, slot);
    await expect(relayOf(t, slot)).rejects.toThrow('does not follow');
  }, 40_000);

  it('loses, doubles and reorders nothing while it and its connections are killed again and again', async () => {
    const slot = newSlot();
    const env = { ...process.env, RELAY_URL: t.relayUrl, RELAY_SLOT: slot };
    const program = fileURLToPath(new URL('../fixtures/relay-process.mjs', import.meta.url));
    const start = () => fork(program, { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    let relay = start();
    await expect
      .poll(async () => (await t.admin.query({ text: 'SELECT FROM events.relay_position' })).rowCount, {
        timeout: 10_000,
      })
      .toBe(1);
    let writing = true;
    const writers = [0, 1, 2].map(async (w) => {
      for (let n = 1; writing; n++)
        await send(
          t.db,
          Array.from({ length: 7 }, (_, k) => thing(`${w}-${k}`, n)),
        );
    });
    for (let kill = 0; kill < 8; kill++) {
      await sleep(150 + ((kill * 97) % 250));
      if (kill % 3 === 2) {
        await t.admin.query({
          text: `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'relay' AND datname = current_database()`,
        });
      } else {
        relay.kill('SIGKILL');
        await once(relay, 'exit');
        relay = start();
      }
    }
    writing = false;
    await Promise.all(writers);
    await expect.poll(async () => (await logged()).length, { timeout: 20_000 }).toBe((await outbox()).length);
    expect(await logged()).toEqual(await outbox());
    await expectOrder();
    relay.kill('SIGKILL');
    await once(relay, 'exit');
  }, 60_000);

  it('removes what is old and read by every group, and keeps what one has not read', async () => {
    const relay = await relayOf(t);
    await send(
      t.db,
      Array.from({ length: 5 }, (_, n) => thing('a', n + 1)),
    );
    await expect.poll(logged).toHaveLength(5);
    await relay.stop();
    const partition = (await logOf(t))[0]?.partition;
    await t.admin.query({ text: `UPDATE events.log SET appended_at = now() - interval '8 days'` });
    await t.admin.query({
      text: `INSERT INTO events.group_offset (grp, topic, partition, committed) VALUES ('g', 'thing', $1, 3)`,
      values: [partition],
    });
    expect(await trimLog(t.admin)).toBe(3);
    expect((await logOf(t)).map(({ version }) => version)).toEqual([4, 5]);
  });
});

describe('a place in the write-ahead log', () => {
  it('is compared as a number, not as a text', () => {
    expect(parseLsn('10/0') > parseLsn('9/FFFFFFFF')).toBe(true);
    expect(formatLsn(parseLsn('16/B374D848'))).toBe('16/B374D848');
    expect(formatLsn(parseLsn('1/0') - 1n)).toBe('0/FFFFFFFF');
  });
});
