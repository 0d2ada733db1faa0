import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectDatabase, type Database, migrate, uuidv7 } from '../../src/db/index.js';
import { startConsumers } from '../../src/events/index.js';
import { createServiceDatabase, startPostgres } from '../../src/postgres/index.js';
import { type Followed, follow as followOutboxes } from '../../src/relay/follow.js';
import { createLogSchema, type Relay, repairSlot, startRelay } from '../../src/relay/index.js';
import { parseLsn } from '../../src/relay/lsn.js';
import type { TestDatabase } from '../../src/testing/index.js';
import { dropSlot, follows, logOf, newSlot, quiet, relayOf, send, thing } from '../fixtures/log.js';
import { parkedOf, seenOf, tallyConsumer, tallyDatabase } from '../fixtures/tally.js';

let t: TestDatabase;
const relays: Relay[] = [];
beforeEach(async () => {
  t = await tallyDatabase();
});
afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.stop()));
  await t.drop();
});

const follow = async (slot: string) => {
  const relay = await relayOf(t, slot);
  relays.push(relay);
  return relay;
};
const publications = ['tally_outbox'];
/** Starts a relay that cannot follow yet; `told` is what it says of that. */
function startWatched(names = publications, slot: string | undefined = undefined, url = t.relayUrl) {
  const told: string[] = [];
  const logger = {
    ...quiet,
    info() {},
    warn() {},
    error: ({ err }: { err: Error }) => told.push(err.message),
  };
  const relay = startRelay({ url, publications: names, slot, logger: logger as never });
  relays.push(relay);
  return { relay, told };
}
const repair = (slot: string) => repairSlot({ url: t.relayUrl, publications, slot, logger: quiet });
/** `rounds` events of each of 20 keys, from version `from` on. */
async function write(db: Database, from: number, rounds: number) {
  for (let n = from; n < from + rounds; n++)
    await send(
      db,
      Array.from({ length: 20 }, (_, k) => thing(`k${k}`, n)),
    );
}
const count = async (table: string) =>
  (await t.admin.query<{ n: number }>({ text: `SELECT count(*) AS n FROM ${table}` })).rows[0]?.n;

/** Everything of the outbox once, each key in the order of its versions, positions without gaps. */
async function expectComplete() {
  const log = await logOf(t);
  const outbox = await t.admin.query<{ id: string }>({ text: 'SELECT id FROM tally.outbox ORDER BY id' });
  expect(log.map(({ event_id }) => event_id).toSorted()).toEqual(outbox.rows.map(({ id }) => id));
  const next = new Map<string, number>();
  const versions = new Map<string, number>();
  for (const { topic, partition, position, key, version } of log) {
    expect(position).toBe(next.get(`${topic}/${partition}`) ?? 1);
    next.set(`${topic}/${partition}`, position + 1);
    expect([key, version]).toEqual([key, (versions.get(key) ?? 0) + 1]);
    versions.set(key, version);
  }
}

describe('a relay without its slot', () => {
  it('refuses to go on, and names the repair', async () => {
    const slot = newSlot();
    await (await relayOf(t, slot)).stop();
    await dropSlot(t, slot);
    const { relay, told } = startWatched(publications, slot);
    await expect
      .poll(() => told[0])
      .toMatch(/is gone; events committed since .* are in the outbox tables only. repairSlot\(\)/);
    await expect(relay.check()).rejects.toThrow();
  });

  it('refuses to begin while a publication is missing: its slot could never be read', async () => {
    const slot = newSlot();
    const { relay, told } = startWatched(['tally_outbox', 'later_outbox'], slot);
    await expect.poll(() => told[0]).toBe('no such publication: later_outbox');
    await t.admin.query({
      text: `CREATE PUBLICATION later_outbox FOR TABLE tally.outbox WITH (publish = 'insert', publish_via_partition_root = true)`,
    });
    await expect.poll(() => follows(relay), { timeout: 10_000 }).toBe('ok');
  });
});

describe('the first start of a relay', () => {
  it('carries over what was committed before it', async () => {
    await write(t.db, 1, 3);
    await follow(newSlot());
    await write(t.db, 4, 2);
    await expect.poll(() => count('events.log')).toBe(100);
    await expectComplete();
  });

  it('killed at any moment, misses and doubles nothing at the next', async () => {
    await write(t.db, 1, 30);
    const env = { ...process.env, RELAY_URL: t.relayUrl, RELAY_SLOT: newSlot() };
    const program = fileURLToPath(new URL('../fixtures/relay-process.mjs', import.meta.url));
    for (const ms of [250, 300, 350, 400, 450, 500]) {
      const child = fork(program, { env, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
      await sleep(ms);
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await follow(env.RELAY_SLOT);
    await expect.poll(() => count('events.log'), { timeout: 10_000 }).toBe(600);
    await expectComplete();
  }, 30_000);
});

describe('the repair of a slot', () => {
  it('carries over 500 events that were committed while it was gone, without loss, doubles or disorder', async () => {
    const slot = newSlot();
    const before = await relayOf(t, slot);
    await write(t.db, 1, 10);
    await expect.poll(() => count('events.log')).toBe(200);
    await before.stop();
    await dropSlot(t, slot);
    await write(t.db, 11, 25);
    expect(await repair(slot)).toBe(500);
    await follow(slot);
    await write(t.db, 36, 5);
    await expect.poll(() => count('events.log'), { timeout: 10_000 }).toBe(800);
    await expectComplete();
    const consumers = startConsumers({
      url: t.eventsUrl,
      db: t.db,
      consumers: [tallyConsumer()],
      logger: quiet,
    });
    const all = Array.from({ length: 40 }, (_, i) => `${i + 1}`);
    await expect
      .poll(() => seenOf(t.db), { timeout: 10_000 })
      .toEqual(Object.fromEntries(Array.from({ length: 20 }, (_, k) => [`k${k}`, all])));
    expect(await parkedOf(t.db)).toEqual([]);
    await consumers.stop();
  }, 30_000);

  it('needs nothing to be stopped: services write, and a relay that waits takes over', async () => {
    const slot = newSlot();
    await (await relayOf(t, slot)).stop();
    await dropSlot(t, slot);
    const relay = startRelay({ url: t.relayUrl, publications, slot, logger: quiet });
    relays.push(relay);
    let writing = true;
    let rounds = 0;
    const writer = (async () => {
      while (writing) await write(t.db, ++rounds, 1);
    })();
    await expect.poll(() => rounds).toBeGreaterThan(30);
    expect(await repair(slot)).toBeGreaterThanOrEqual(30 * 20);
    await expect.poll(() => follows(relay), { timeout: 10_000 }).toBe('ok');
    await sleep(200);
    writing = false;
    await writer;
    await expect.poll(() => count('events.log'), { timeout: 10_000 }).toBe(rounds * 20);
    await expectComplete();
  }, 30_000);

  it('takes the time that it needs to look through the outboxes', async () => {
    const slot = newSlot();
    await (await relayOf(t, slot)).stop();
    await dropSlot(t, slot);
    await write(t.db, 1, 2);
    await t.admin.query({
      text: `ALTER TABLE tally.outbox ENABLE ROW LEVEL SECURITY;
             CREATE POLICY slow ON tally.outbox FOR SELECT USING (pg_sleep(0.02) IS NOT NULL)`,
    });
    // As if the 35 s of every query were 0.4 s.
    const url = `${t.relayUrl}?query_timeout=400`;
    expect(await repairSlot({ url, publications, slot, logger: quiet })).toBe(40);
  });

  it('run by two at once, or again, does it once', async () => {
    const slot = newSlot();
    await (await relayOf(t, slot)).stop();
    await dropSlot(t, slot);
    await write(t.db, 1, 5);
    const carried = await Promise.all([repair(slot), repair(slot)]);
    expect(carried.toSorted((a, b) => a - b)).toEqual([0, 100]);
    expect(await repair(slot)).toBe(0);
    await follow(slot);
    await expectComplete();
  });

  it('does not bring back what the log has let go after its retention', async () => {
    const slot = newSlot();
    const relay = await relayOf(t, slot);
    // Eight days ago, in the log and out of it again; the outbox keeps its rows for ten.
    await t.admin.query({
      text: `SET search_path = tally; SELECT maintain_partitions((now() - interval '8 days')::date)`,
    });
    await t.admin.query({
      text: `INSERT INTO tally.outbox (id, aggregatetype, aggregateid, type, version, payload, created_at)
             VALUES ($1, 'thing', 'old', 'Counted', 1, '{"label":"1"}', now() - interval '8 days')`,
      values: [uuidv7(Date.now() - 8 * 86_400_000)],
    });
    await send(t.db, [thing('new', 1)]);
    await expect.poll(() => count('events.log')).toBe(2);
    await relay.stop();
    await t.admin.query({ text: `DELETE FROM events.log WHERE key = 'old'` });
    await dropSlot(t, slot);
    await send(t.db, [thing('new', 2)]);
    expect(await repair(slot)).toBe(1);
    expect((await logOf(t)).map(({ key, version }) => [key, version])).toEqual([
      ['new', 1],
      ['new', 2],
    ]);
  });

  it('also helps after the database moved to another server', async () => {
    const slot = newSlot();
    await (await relayOf(t, slot)).stop();
    // Its place there says nothing here: a new server begins low again.
    await t.admin.query({ text: `UPDATE events.relay_position SET system_id = '1', lsn = 'FF/0'` });
    const { relay, told } = startWatched(publications, slot);
    await expect.poll(() => told[0]).toMatch(/the log was written from server 1, .* repairSlot\(\)/);
    await dropSlot(t, slot); // a slot does not move with its database
    await write(t.db, 1, 2);
    expect(await repair(slot)).toBe(40);
    await expect.poll(() => follows(relay), { timeout: 10_000 }).toBe('ok');
    await write(t.db, 3, 2);
    await expect.poll(() => count('events.log'), { timeout: 10_000 }).toBe(80);
    await expectComplete();
    const { rows } = await t.admin.query({
      text: `SELECT confirmed_flush_lsn <= pg_current_wal_lsn() AS ours FROM pg_replication_slots WHERE slot_name = $1`,
      values: [slot],
    });
    expect(rows).toEqual([{ ours: true }]);
  });
});

describe('a place that the server has not reached', () => {
  const setAhead = () => t.admin.query({ text: `UPDATE events.relay_position SET lsn = 'FF/0'` });

  it('is refused: everything up to there would be taken for known, and acknowledged', async () => {
    const slot = newSlot();
    await (await relayOf(t, slot)).stop();
    await setAhead();
    await write(t.db, 1, 2);
    const { relay, told } = startWatched(publications, slot);
    await expect.poll(() => told[0]).toMatch(/reached FF\/0, and this server only .*repairSlot\(\)/);
    expect(await repair(slot)).toBe(40);
    await expect.poll(() => follows(relay), { timeout: 10_000 }).toBe('ok');
    await write(t.db, 3, 1);
    await expect.poll(() => count('events.log'), { timeout: 10_000 }).toBe(60);
    await expectComplete();
  });

  it('is mended also when the slot was told of it, which then skips everything', async () => {
    const slot = newSlot();
    await (await relayOf(t, slot)).stop();
    const told = new AbortController();
    const nothing = { onTransaction() {}, onKeepalive() {} };
    const onStart = (stream: Followed) => {
      stream.acknowledge(parseLsn('FF/0'));
      setTimeout(() => told.abort(), 200);
    };
    const options = { url: t.relayUrl, slot, publications, signal: told.signal, silenceMs: 60_000 };
    await followOutboxes({ ...options, ...nothing, onStart });
    await setAhead();
    await write(t.db, 1, 2);
    expect(await repair(slot)).toBe(40);
    await follow(slot);
    await expectComplete();
  });
});

/** Rows of other days, in two outboxes of which the log has only what is older; appending fails at one of them. */
async function plantOldRows() {
  await t.admin.query({
    text: `SET search_path = tally; SELECT maintain_partitions((now() - interval '5 days')::date);
           CREATE TABLE tally.other (LIKE tally.outbox INCLUDING DEFAULTS);
           CREATE PUBLICATION other_outbox FOR TABLE tally.other WITH (publish = 'insert')`,
  });
  for (const [table, prefix] of [
    ['outbox', 'a'],
    ['other', 'b'],
  ]) {
    await t.admin.query({
      text: `INSERT INTO tally.${table} (id, aggregatetype, aggregateid, type, version, payload, created_at)
             SELECT gen_random_uuid(), 'thing', $1 || lpad(i::text, 3, '0'), 'Counted', 1, '{"label":"1"}',
                    now() - CASE WHEN i % 2 = 0 THEN interval '3 days' ELSE interval '0' END
             FROM generate_series(0, 599) i`,
      values: [prefix],
    });
  }
}
const interruptAppends = () =>
  t.admin.query({
    text: `CREATE FUNCTION public.interrupt() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'interrupted'; END $$;
           CREATE TRIGGER interrupt BEFORE INSERT ON events.log FOR EACH ROW WHEN (NEW.key LIKE '_550') EXECUTE FUNCTION public.interrupt()`,
  });
const letAppend = () => t.admin.query({ text: 'DROP FUNCTION public.interrupt() CASCADE' });
const both = ['tally_outbox', 'other_outbox'];

describe('a carry-over that is interrupted after some of its events', () => {
  it("misses nothing when it is run again: today's events, which it has appended, say nothing of older ones", async () => {
    const slot = newSlot();
    const relay = await relayOf(t, slot);
    await send(t.db, [thing('old', 1)]);
    await expect.poll(() => count('events.log')).toBe(1);
    await relay.stop();
    await t.admin.query({ text: `UPDATE events.log SET occurred_at = now() - interval '4 days'` });
    await dropSlot(t, slot);
    await plantOldRows();
    await interruptAppends();
    const all = { url: t.relayUrl, publications: both, slot, logger: quiet };
    await expect(repairSlot(all)).rejects.toThrow('interrupted');
    expect(await count('events.log')).toBeGreaterThan(500);
    await letAppend();
    await repairSlot(all);
    expect(await count('events.log')).toBe(1_201);
    // Done: the next repair begins anew, or it would bring back what the log has let go.
    expect(await count('events.relay_position WHERE carry_from IS NOT NULL')).toBe(0);
  });

  it('is ended by a relay, also when it was that of the first start', async () => {
    await plantOldRows();
    await interruptAppends();
    const { relay, told } = startWatched(both, newSlot());
    await expect.poll(() => told[0]).toBe('interrupted');
    await letAppend();
    await expect.poll(() => follows(relay), { timeout: 10_000 }).toBe('ok');
    expect(await count('events.log')).toBe(1_200);
  });
});

describe('a slot that PostgreSQL gave up, since it fell behind too far', () => {
  it('is refused, and repaired without loss', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'market-lost-'));
    await chmod(folder, 0o755);
    const server = await startPostgres({
      dataDir: path.join(folder, 'data'),
      port: 0,
      auth: 'trust',
      settings: { fsync: 'off', max_slot_wal_keep_size: '1MB', min_wal_size: '32MB', max_wal_size: '32MB' },
    });
    const admin = connectDatabase({ url: server.url.replace(/postgres$/, 'market'), poolSize: 1 });
    let relay: Relay | undefined;
    try {
      const { url, ownerUrl } = await createServiceDatabase({
        adminUrl: server.url,
        database: 'market',
        schema: 'tally',
      });
      const { relayUrl } = await createLogSchema({ adminUrl: server.url, database: 'market' });
      await migrate({
        url: ownerUrl,
        schema: 'tally',
        directory: new URL('../fixtures/migrations/', import.meta.url),
      });
      const db = connectDatabase({ url, poolSize: 2 });
      relay = startWatched(publications, undefined, relayUrl).relay;
      await expect.poll(() => follows(relay), { timeout: 10_000 }).toBe('ok');
      await relay.stop();

      await write(db, 1, 5);
      for (let i = 0; i < 4; i++)
        await admin.query({
          text: 'SELECT pg_switch_wal(), pg_logical_emit_message(false, $1, repeat($1, 1000))',
          values: ['x'],
        });
      await admin.query({ text: 'CHECKPOINT' });
      const again = startWatched(publications, undefined, relayUrl);
      relay = again.relay;
      await expect
        .poll(() => again.told[0], { timeout: 10_000 })
        .toMatch(/market_relay is no longer usable; .* repairSlot\(\)/);
      expect(await repairSlot({ url: relayUrl, publications, logger: quiet })).toBe(100);
      await expect.poll(() => follows(relay), { timeout: 10_000 }).toBe('ok');
      await write(db, 6, 1);
      const { rows } = await admin.query<{ n: number }>({ text: 'SELECT count(*) AS n FROM events.log' });
      expect(rows[0]?.n).toBeGreaterThanOrEqual(100);
      await db.close();
    } finally {
      await relay?.stop();
      await admin.close();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    }
  }, 60_000);
});
