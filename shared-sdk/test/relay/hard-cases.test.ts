import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { uuidv7 } from '../../src/db/index.js';
import type { Message } from '../../src/events/index.js';
import { follow } from '../../src/relay/follow.js';
import { type Relay, startRelay } from '../../src/relay/index.js';
import { trimLock } from '../../src/relay/partitions.js';
import { trimLog } from '../../src/relay/trim.js';
import { deliver, type TestDatabase } from '../../src/testing/index.js';
import { follows, logOf, newSlot, quiet, relayOf, send, thing } from '../fixtures/log.js';
import { seenOf, tallyConsumer, tallyDatabase } from '../fixtures/tally.js';

let t: TestDatabase;
const relays: Relay[] = [];
beforeEach(async () => {
  t = await tallyDatabase();
});
afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.stop()));
  await t.drop();
});
const started = async (slot?: string) => {
  const relay = await relayOf(t, slot);
  relays.push(relay);
  return relay;
};

/** Not through `append`, which would refuse: whoever may write to the table may write anything. */
const plant = (rows: { id?: string; topic?: string; key?: string; payload?: string | null }[]) =>
  t.db.transaction((tx) => {
    for (const { id = uuidv7(), topic = 'thing', key = 'k', payload = '{"label":"1"}' } of rows)
      tx.query({
        text: `INSERT INTO outbox (id, aggregatetype, aggregateid, type, version, payload) VALUES ($1, $2, $3, 'Counted', 1, $4)`,
        values: [id, topic, key, payload],
      });
  });
const keys = async () => (await logOf(t)).map(({ key }) => key);

describe('a row that nobody expected does not stop the rows behind it', () => {
  it.each([
    ['a topic longer than any channel', { topic: 'x'.repeat(255), key: 'odd' }],
    ['a topic of odd characters', { topic: `Ding "x"; DROP TABLE 'ü' \\ \n`, key: 'odd' }],
    ['an empty topic and an empty key', { topic: '', key: '' }],
    ['a key of 255 odd characters', { key: `{"a",\\'b' ключ 🔑}`.padEnd(255, '\u2028') }],
    ['a payload of NULL', { key: 'odd', payload: null }],
    ['a payload that is no object', { key: 'odd', payload: '[null, "NULL", "{}"]' }],
    ['a payload of 20 MB', { key: 'odd', payload: JSON.stringify('x'.repeat(20_000_000)) }],
  ])('%s', async (_, row) => {
    await started();
    await plant([row]);
    await send(t.db, [thing('after', 1)]);
    await expect
      .poll(async () => (await keys()).toSorted(), { timeout: 10_000 })
      .toEqual([row.key ?? 'k', 'after'].toSorted());
  });

  it('an id that was used before, in the same transaction or in an earlier one', async () => {
    await started();
    const id = uuidv7();
    await plant([{ id, key: 'k' }, { id, key: 'k' }, { key: 'k' }]);
    await expect.poll(keys, { timeout: 10_000 }).toHaveLength(2);
    await plant([{ id, key: 'k' }]);
    await send(t.db, [thing('after', 1)]);
    await expect.poll(keys, { timeout: 10_000 }).toHaveLength(3);
    const positions = (await logOf(t)).filter(({ key }) => key === 'k').map(({ position }) => position);
    expect(positions.at(-1)).toBe((positions[0] ?? 0) + 1); // no gap: consumers would stop there
  });

  it('is parked by the consumer that cannot read it', async () => {
    await started();
    await plant([{ key: 'odd', payload: null }]);
    await send(t.db, [thing('after', 1)]);
    await expect.poll(keys).toHaveLength(2);
    const { rows } = await t.admin.query<Message>({
      text: 'SELECT event_id AS id, topic, partition, position, key, type, version, occurred_at AS "occurredAt", traceparent, payload FROM events.log ORDER BY appended_at',
    });
    await deliver(t.db, tallyConsumer(), rows);
    expect(await seenOf(t.db)).toEqual({ after: ['1'] });
    expect((await t.db.query({ text: 'SELECT reason FROM parked' })).rows).toEqual([
      { reason: 'BAD_PAYLOAD' },
    ]);
  });
});

describe('two relays on one slot', () => {
  it('never work at the same time; the second takes over when the first ends, without loss or doubles', async () => {
    const slot = newSlot();
    const first = await started(slot);
    const second = startRelay({ url: t.relayUrl, publications: ['tally_outbox'], slot, logger: quiet });
    relays.push(second);
    let writing = true;
    let n = 0;
    const writer = (async () => {
      while (writing) await send(t.db, [thing('a', ++n)]);
    })();
    await sleep(1_000);
    await expect(second.check()).rejects.toThrow('not being followed');
    await first.stop();
    await expect.poll(() => follows(second), { timeout: 10_000 }).toBe('ok');
    await sleep(300);
    writing = false;
    await writer;
    await expect
      .poll(async () => (await logOf(t)).map(({ version }) => version), { timeout: 10_000 })
      .toEqual(Array.from({ length: n }, (_, i) => i + 1));
  });
});

describe('a relay whose connection goes silent', () => {
  it('gives up a connection that does not even greet it, after 5 s and not after the longest silence', async () => {
    const sockets: Socket[] = [];
    const mute = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await new Promise((resolve) => mute.once('listening', resolve));
    const url = new URL(t.relayUrl);
    url.port = `${(mute.address() as { port: number }).port}`;
    const stop = new AbortController();
    const nothing = { onStart() {}, onTransaction() {}, onKeepalive() {} };
    const where = { url: url.href, slot: 'any', publications: ['tally_outbox'] };
    const following = follow({ ...where, ...nothing, signal: stop.signal, silenceMs: 60_000 });
    const late = sleep(8_000).then(() => 'still waiting');
    expect(await Promise.race([following.catch(({ message }) => message), late])).toMatch(/timeout/);
    stop.abort();
    for (const socket of sockets) socket.destroy();
    mute.close();
  }, 15_000);

  it('notices, says that it does not follow, and connects anew', async () => {
    // A network that swallows packets: connections stay open and say nothing any more.
    let swallow = false;
    const sockets: Socket[] = [];
    const network: Server = createServer((socket) => {
      const inside = dial(Number(new URL(t.relayUrl).port), '127.0.0.1');
      sockets.push(socket, inside);
      const dead = swallow;
      for (const [from, to] of [
        [socket, inside],
        [inside, socket],
      ] as const) {
        from.on('error', () => {});
        from.on('data', (data) => {
          if (!dead && !(swallow && sockets.includes(socket))) to.write(data);
        });
      }
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => network.once('listening', resolve));
    const url = new URL(t.relayUrl);
    url.port = `${(network.address() as { port: number }).port}`;
    const relay = startRelay({
      url: url.href,
      publications: ['tally_outbox'],
      slot: newSlot(),
      logger: quiet,
      silenceMs: 1_500,
    });
    relays.push(relay);
    await expect.poll(() => follows(relay)).toBe('ok');
    swallow = true;
    await expect.poll(() => follows(relay), { timeout: 5_000 }).toBe('no');
    swallow = false;
    for (const socket of sockets.splice(0)) socket.destroy();
    await send(t.db, [thing('a', 1)]);
    await expect.poll(keys, { timeout: 10_000 }).toEqual(['a']);
    await relay.stop();
    for (const socket of sockets) socket.destroy();
    network.close();
  });
});

describe('a backlog', () => {
  it('of large events is carried without holding all of it in memory', async () => {
    const slot = newSlot();
    const relay = await relayOf(t, slot);
    await relay.stop();
    const payload = { label: 'x'.repeat(200_000) };
    for (let n = 1; n <= 15; n++)
      await send(
        t.db,
        Array.from({ length: 100 }, (_, i) => ({ ...thing(`k${i}`, n), payload })),
      ); // 300 MB
    const env = { ...process.env, RELAY_URL: t.relayUrl, RELAY_SLOT: slot };
    const program = fileURLToPath(new URL('../fixtures/relay-process.mjs', import.meta.url));
    const small = ['--max-old-space-size=128']; // whoever holds more ends
    const child = fork(program, { env, execArgv: small, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    const ended = once(child, 'exit');
    const carried = expect
      .poll(async () => (await t.admin.query({ text: 'SELECT FROM events.log' })).rowCount, {
        timeout: 60_000,
        interval: 500,
      })
      .toBe(1_500);
    const outcome = await Promise.race([carried.then(() => 'carried'), ended.then(() => 'out of memory')]);
    child.kill();
    await ended;
    expect(outcome).toBe('carried');
  }, 90_000);
});

describe('trimming', () => {
  it('is over when the relay has stopped', async () => {
    const random = vi.spyOn(Math, 'random').mockReturnValue(0); // the first run comes at once
    let letTrim = () => {};
    const held = t.admin.transaction(async (tx) => {
      await tx.query({ text: `SELECT pg_advisory_xact_lock(${trimLock})` });
      await new Promise<void>((resolve) => {
        letTrim = resolve;
      });
    });
    const relay = await relayOf(t);
    const waiting = {
      text: `SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
             WHERE d.datname = current_database() AND locktype = 'advisory' AND NOT granted`,
    };
    await expect.poll(async () => (await t.admin.query(waiting)).rowCount, { timeout: 20_000 }).toBe(1);
    random.mockRestore();
    let stopped = false;
    const stopping = relay.stop().then(() => {
      stopped = true;
    });
    await sleep(200);
    expect(stopped).toBe(false);
    letTrim();
    await Promise.all([held, stopping]);
  });

  it('keeps up with any number of old events, and keeps the last of each partition, so that the place is known', async () => {
    await t.admin.query({
      text: `INSERT INTO events.log SELECT 'thing', i % 4, (i - 1) / 4 + 1, gen_random_uuid(), 'k' || i, 'Counted', 1, now() - interval '8 days', NULL, '{}', now() - interval '8 days'
             FROM generate_series(4, 12003) i;
             INSERT INTO events.log_partition (topic, partition, next) SELECT 'thing', p, (SELECT max(position) + 1 FROM events.log WHERE partition = p) FROM generate_series(0, 3) p`,
    });
    expect(await trimLog(t.admin)).toBe(12_000 - 4);
    expect((await logOf(t)).map(({ partition }) => partition)).toEqual([0, 1, 2, 3]);
    expect(await trimLog(t.admin)).toBe(0);
  });
});
