import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { connectDatabase, uuidv7 } from '../../src/db/index.js';
import { Stopped } from '../../src/events/handle.js';
import { type Consumer, catalogue } from '../../src/events/index.js';
import { reasons } from '../../src/events/parse.js';
import { processor } from '../../src/events/process.js';
import { createLogger } from '../../src/logging/index.js';
import { deliver, outboxOf, type TestDatabase } from '../../src/testing/index.js';
import { counted, parkedOf, seenOf, tallyConsumer, tallyDatabase } from '../fixtures/tally.js';

let t: TestDatabase;
beforeAll(async () => {
  t = await tallyDatabase();
});
afterAll(() => t.drop());
afterEach(() =>
  t.admin.query({
    text: 'TRUNCATE tally.tally, tally.inbox, tally.parked, tally.attempt, tally.run, tally.outbox',
  }),
);

const boom = () => {
  throw new Error('boom');
};
const logger = createLogger({ name: 'test', format: 'json', level: 'silent' });
const open = (consumer = tallyConsumer(), db = t.db) =>
  processor({ db, consumer, logger, signal: new AbortController().signal, visibleWithin: 300 });
const part = [{ topic: 'thing', partition: 0 }];

describe('a batch', () => {
  it('applies its messages in order and announces each effect once', async () => {
    await deliver(t.db, tallyConsumer(), [counted('a', '1'), counted('b', '1'), counted('a', '2')]);
    expect(await seenOf(t.db)).toEqual({ a: ['1', '2'], b: ['1'] });
    expect((await outboxOf(t.db)).map(({ key, version }) => [key, version])).toEqual([
      ['a', 1],
      ['b', 1],
      ['a', 2],
    ]);
  });

  it('applies a message once, though it comes again, in the same batch or later', async () => {
    const one = counted('a', '1');
    await deliver(t.db, tallyConsumer(), [one, one, counted('a', '2')]);
    await deliver(t.db, tallyConsumer(), [counted('b', '1'), { ...one, position: one.position + 100 }]);
    expect(await seenOf(t.db)).toEqual({ a: ['1', '2'], b: ['1'] });
    expect(await parkedOf(t.db)).toEqual([]);
  });

  it('applies a message once for each group', async () => {
    const one = counted('a', '1');
    await deliver(t.db, tallyConsumer(), [one]);
    await deliver(t.db, tallyConsumer({}, 'tally.other'), [one]);
    expect(await seenOf(t.db)).toEqual({ a: ['1', '1'] });
  });

  it('writes nothing when its transaction fails half way', async () => {
    const messages = [counted('a', '1'), counted('b', 'never')];
    const consumer = tallyConsumer({ never: boom });
    await deliver(t.db, consumer, messages);
    expect(await seenOf(t.db)).toEqual({ a: ['1'] });
    expect(await outboxOf(t.db)).toHaveLength(1);
    const inbox = await t.db.query({ text: 'SELECT message_id FROM inbox' });
    expect(inbox.rows).toEqual([{ message_id: messages[0]?.id }]);
  });

  it('skips types that it does not know, of any topic', async () => {
    const other = { ...counted('a', '1'), type: 'Unheard' };
    await deliver(t.db, tallyConsumer(), [
      other,
      { ...counted('a', '2'), topic: 'elsewhere' },
      counted('a', '3'),
    ]);
    expect(await seenOf(t.db)).toEqual({ a: ['3'] });
    expect(await parkedOf(t.db)).toEqual([]);
  });

  it('handles a message from before the inbox began, since business keys guard it', async () => {
    await deliver(t.db, tallyConsumer(), [counted('a', 'old', { id: uuidv7(Date.parse('2020-01-01')) })]);
    expect(await seenOf(t.db)).toEqual({ a: ['old'] });
  });

  it('goes on after an outage in the middle of it, without losing or repeating anything', async () => {
    let cut = 3;
    const consumer = tallyConsumer({
      cut: async () => {
        if (cut-- > 0)
          await t.admin.query({
            text: `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'tally' AND datname = current_database()`,
          });
      },
    });
    await deliver(t.db, consumer, [
      counted('a', '1'),
      counted('a', '2', { behave: 'cut' }),
      counted('b', '1'),
    ]);
    expect(await seenOf(t.db)).toEqual({ a: ['1', '2'], b: ['1'] });
    expect(await parkedOf(t.db)).toEqual([]);
  });
});

describe('a message that cannot be handled', () => {
  it('is parked at once when its payload is wrong, with the later ones of its key; other keys go on', async () => {
    const bad = () => ({ ...counted('a', '2'), payload: { label: 7 } });
    await deliver(t.db, tallyConsumer(), [counted('a', '1'), bad(), counted('b', '1'), counted('a', '3')]);
    await deliver(t.db, tallyConsumer(), [counted('a', '4'), counted('b', '2')]);
    expect(await seenOf(t.db)).toEqual({ a: ['1'], b: ['1', '2'] });
    expect((await parkedOf(t.db)).map(({ key, reason, label }) => [key, reason, label])).toEqual([
      ['a', 'BAD_PAYLOAD', 7],
      ['a', 'BEHIND_PARKED', '3'],
      ['a', 'BEHIND_PARKED', '4'],
    ]);
  });

  it.each([
    ['no UUIDv7', '0b7c1f2e-6f0a-4a55-9d3f-0123456789ab'],
    ['no UUID at all', 'seven'],
    ['from the future', uuidv7(Date.now() + 7_200_000)],
  ])('is parked when its id is %s', async (_, id) => {
    await deliver(t.db, tallyConsumer(), [counted('a', '1', { id }), counted('b', '1')]);
    expect(await seenOf(t.db)).toEqual({ b: ['1'] });
    expect((await parkedOf(t.db)).map(({ reason }) => reason)).toEqual(['BAD_ID']);
  });

  it('is parked after it failed alone three times, in the middle of a batch that goes on', async () => {
    let tries = 0;
    const consumer = tallyConsumer({
      bad: () => {
        tries++;
        boom();
      },
    });
    await deliver(t.db, consumer, [
      counted('a', '1'),
      counted('a', 'bad'),
      counted('b', '1'),
      counted('a', '3'),
    ]);
    expect(tries).toBe(1 + 3); // in the batch, then alone
    expect(await seenOf(t.db)).toEqual({ a: ['1'], b: ['1'] });
    expect((await parkedOf(t.db)).map(({ reason, error, label }) => [reason, error, label])).toEqual([
      ['FAILED', 'boom', 'bad'],
      ['BEHIND_PARKED', 'an earlier message of this key is parked', '3'],
    ]);
  });

  it('is not parked when it fails twice and then works', async () => {
    let failures = 3;
    const flaky = () => {
      if (failures-- > 0) boom();
    };
    await deliver(t.db, tallyConsumer({ flaky }), [counted('a', 'flaky'), counted('a', '2')]);
    expect(await seenOf(t.db)).toEqual({ a: ['flaky', '2'] });
    expect((await t.db.query({ text: 'SELECT FROM attempt' })).rows).toEqual([]);
  });

  it('is parked when PostgreSQL cannot store what it says', async () => {
    const nul = { ...counted('a', '1'), payload: { label: 'x\u0000y' } };
    await deliver(t.db, tallyConsumer(), [nul, counted('b', '1')]);
    expect(await seenOf(t.db)).toEqual({ b: ['1'] });
    expect(await parkedOf(t.db)).toHaveLength(1);
  });
});

describe('a schema that throws', () => {
  it('parks the message, instead of stopping its partition for ever', async () => {
    const strict = z.object({ label: z.string().transform((text) => JSON.parse(text)) });
    const consumer = { ...tallyConsumer(), schemas: [catalogue('thing', { Counted: strict })] } as Consumer;
    await deliver(t.db, consumer, [counted('a', 'no JSON'), counted('b', '1')]);
    expect((await parkedOf(t.db)).map(({ key, reason }) => [key, reason])).toEqual([['a', 'BAD_PAYLOAD']]);
    expect(Object.keys(await seenOf(t.db))).toEqual(['b']);
  });
});

describe('a schema that changes what it reads', () => {
  it('does not reach what is parked: that is as it came, and can be replayed', async () => {
    const changing = z.object({ label: z.string().transform(Number) });
    const schemas = [catalogue('thing', { Counted: changing })];
    const came = { label: '1', unheard: true };
    const messages = [counted('a', '1'), counted('a', '2')].map((one) => ({ ...one, payload: came }));
    await deliver(t.db, { ...tallyConsumer({ 1: boom }), schemas } as Consumer, messages);
    const parked = await t.db.query<{ reason: string; message: unknown }>({
      text: 'SELECT reason, message FROM parked ORDER BY position',
    });
    expect(parked.rows).toEqual([
      { reason: 'FAILED', message: messages[0] },
      { reason: 'BEHIND_PARKED', message: messages[1] },
    ]);
    await t.db.query({ text: 'UPDATE parked SET replay_requested_at = now()' });
    expect(await open({ ...tallyConsumer(), schemas } as never).replay(part)).toBe(2);
    expect(await seenOf(t.db)).toEqual({ a: ['1', '1'] });
  });
});

describe('a hook after the commit', () => {
  const withHook = (hook: () => void) => {
    const consumer = tallyConsumer();
    return {
      ...consumer,
      apply: async (...args: Parameters<typeof consumer.apply>) => {
        await consumer.apply(...args);
        return hook;
      },
    };
  };

  it('runs once its effects are visible, and not for messages that are known', async () => {
    const seen: unknown[] = [];
    const consumer = withHook(() => void seenOf(t.db).then((s) => seen.push(s)));
    const one = counted('a', '1');
    await deliver(t.db, consumer, [one]);
    await expect.poll(() => seen).toEqual([{ a: ['1'] }]);
    await deliver(t.db, consumer, [one]);
    expect(seen).toHaveLength(1);
  });

  it('that throws is told of and changes nothing: its messages are done', async () => {
    const lines: string[] = [];
    const telling = createLogger({
      name: 'test',
      format: 'json',
      level: 'warn',
      output: { write: (line) => void lines.push(line) },
    });
    let runs = 0;
    const consumer = withHook(() => {
      runs++;
      boom();
    });
    const p = processor({ db: t.db, consumer, logger: telling, signal: new AbortController().signal });
    await p.process([counted('a', '1'), counted('b', '1')]);
    expect(await seenOf(t.db)).toEqual({ a: ['1'], b: ['1'] });
    expect(await parkedOf(t.db)).toEqual([]);
    expect(runs).toBe(1);
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual([
      'what should follow the commit failed, its messages are done',
    ]);
  });
});

describe('a processor that is stopped', () => {
  const stopped = (consumer = tallyConsumer()) => {
    const stopping = new AbortController();
    const p = processor({ db: t.db, consumer, logger, signal: stopping.signal });
    return { p, stopping };
  };

  it('begins nothing, and says so', async () => {
    const { p, stopping } = stopped();
    stopping.abort();
    await expect(p.process([counted('a', '1')])).rejects.toThrow(Stopped);
    await expect(p.process([{ ...counted('a', '2'), payload: {} }])).rejects.toThrow(Stopped);
    await expect(p.replay(part)).rejects.toThrow(Stopped);
    expect(await seenOf(t.db)).toEqual({});
    expect(await parkedOf(t.db)).toEqual([]);
  });

  it('finishes the transaction under way', async () => {
    const { p, stopping } = stopped(tallyConsumer({ '1': () => stopping.abort() }));
    await p.process([counted('a', '1')]);
    expect(await seenOf(t.db)).toEqual({ a: ['1'] });
  });
});

describe('a message about something that is not visible yet', () => {
  it('does not slow other keys down while it waits', async () => {
    const many = Array.from({ length: 60 }, (_, n) => counted('b', `${n}`));
    const waiting = deliver(t.db, tallyConsumer(), [counted('late', '2', { behave: 'needs-row' }), ...many], {
      visibleWithin: 20_000,
    });
    await expect.poll(async () => (await seenOf(t.db)).b?.length, { timeout: 3_000 }).toBe(many.length);
    await t.db.query({ text: `INSERT INTO tally VALUES ('late', 1, '{1}')` });
    await waiting;
  });

  it('is not taken for one that ends its process, though the process is stopped in order many times meanwhile', async () => {
    const late = counted('late', '2', { behave: 'needs-row' });
    for (let life = 1; life <= 8; life++) {
      const stopping = new AbortController();
      const p = processor({ db: t.db, consumer: tallyConsumer(), logger, signal: stopping.signal });
      await p.taken(part);
      const working = p.process([late]);
      setTimeout(() => stopping.abort(), 400);
      await working.catch(() => {});
      await p.released(part);
    }
    expect(await parkedOf(t.db)).toEqual([]);
    await t.db.query({ text: `INSERT INTO tally VALUES ('late', 1, '{1}')` });
    await deliver(t.db, tallyConsumer(), [late]);
    expect(await seenOf(t.db)).toEqual({ late: ['1', '2'] });
    expect((await t.db.query({ text: 'SELECT FROM attempt' })).rows).toEqual([]);
  });

  it('waits for it, while other keys go on', async () => {
    const consumer = tallyConsumer();
    const waiting = deliver(
      t.db,
      consumer,
      [counted('late', '2', { behave: 'needs-row' }), counted('b', '1')],
      {
        visibleWithin: 10_000,
      },
    );
    await expect.poll(() => seenOf(t.db)).toEqual({ b: ['1'] });
    await t.db.query({ text: `INSERT INTO tally VALUES ('late', 1, '{1}')` });
    await waiting;
    expect(await seenOf(t.db)).toEqual({ b: ['1'], late: ['1', '2'] });
  });

  it('is parked when it stays invisible', async () => {
    await deliver(t.db, tallyConsumer(), [counted('never', '2', { behave: 'needs-row' })], {
      visibleWithin: 200,
    });
    expect((await parkedOf(t.db)).map(({ reason }) => reason)).toEqual(['NOT_YET_VISIBLE']);
  });
});

// Processes that really end are in member-processes.test.ts.
describe('a message that is started and never ended', () => {
  it('is parked after five times; what came with it is handled', async () => {
    const messages = [counted('a', '1'), counted('b', 'deadly', { behave: 'die' }), counted('c', '1')];
    const never = new Promise<void>(() => {});
    for (let life = 1; life <= 6; life++) {
      // The first life goes by batches; only after its end are there suspects to count.
      const deaths: string[] = [];
      const dying = open(
        tallyConsumer({
          die: () => {
            deaths.push('here');
            return never; // as if the process ended: nothing after this line happens
          },
        }),
        connectDatabase({ url: t.url }),
      );
      await dying.taken(part);
      void dying.process(messages);
      await expect.poll(() => deaths.length).toBeGreaterThan(0);
      // The connection of a dead process is closed by the kernel.
      await t.admin.query({
        text: `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'tally' AND state = 'idle in transaction'`,
      });
    }
    const survivor = open();
    await survivor.taken(part);
    await survivor.process(messages);
    expect(await seenOf(t.db)).toEqual({ a: ['1'], c: ['1'] });
    expect((await parkedOf(t.db)).map(({ key, reason }) => [key, reason])).toEqual([
      ['b', 'ENDED_THE_PROCESS'],
    ]);
  });
});

describe('a run', () => {
  const clean = async () =>
    (await t.db.query<{ clean: boolean }>({ text: 'SELECT clean FROM run' })).rows.map((row) => row.clean);

  it('that ends in order is clean', async () => {
    const first = open();
    await first.taken(part);
    await first.process([counted('a', '1')]);
    expect(await clean()).toEqual([false]);
    await first.released(part);
    expect(await clean()).toEqual([true]);
  });

  it('is remembered once it is over', async () => {
    const there = (processor = open()) => Promise.all(part.map((one) => processor.wasTaken(one)));
    expect(await there()).toEqual([false]);
    const first = open();
    await first.taken(part);
    await first.released(part);
    expect(await there()).toEqual([true]);
  });

  it('is ended only by who began it, not by who has lost the partition and gives it up in order', async () => {
    const [zombie, heir] = [open(), open()];
    await zombie.taken(part);
    await heir.taken(part);
    await zombie.released(part);
    expect(await clean()).toEqual([false]);
    await heir.released(part);
    expect(await clean()).toEqual([true]);
  });
});

describe('a replay', () => {
  const askFor = (key: string) =>
    t.db.query({ text: 'UPDATE parked SET replay_requested_at = now() WHERE key = $1', values: [key] });

  it('applies the parked messages of a key in order, once the fault is mended', async () => {
    const faulty = tallyConsumer({ bad: boom });
    await deliver(t.db, faulty, [counted('a', '1'), counted('a', 'bad'), counted('a', '3')]);
    await deliver(t.db, faulty, [counted('a', '4')]);
    await askFor('a');
    const mended = open();
    expect(await mended.replay(part)).toBe(3);
    expect(await seenOf(t.db)).toEqual({ a: ['1', 'bad', '3', '4'] });
    expect(await parkedOf(t.db)).toEqual([]);
    await deliver(t.db, tallyConsumer(), [counted('a', '5')]);
    expect(await seenOf(t.db)).toEqual({ a: ['1', 'bad', '3', '4', '5'] });
  });

  it('takes along what came behind while it was asked for', async () => {
    const faulty = tallyConsumer({ bad: boom });
    await deliver(t.db, faulty, [counted('a', 'bad'), counted('a', '2')]);
    await askFor('a');
    await deliver(t.db, tallyConsumer(), [counted('a', '3'), counted('b', '1')]);
    expect(await open().replay(part)).toBe(3);
    expect(await seenOf(t.db)).toEqual({ a: ['bad', '2', '3'], b: ['1'] });
    expect(await parkedOf(t.db)).toEqual([]);
  });

  it('by two members at once, as while partitions change hands, applies each message once and in order', async () => {
    const faulty = tallyConsumer({ '0': boom });
    await deliver(
      t.db,
      faulty,
      Array.from({ length: 20 }, (_, n) => counted('a', `${n}`)),
    );
    await askFor('a');
    await Promise.all([open().replay(part), open().replay(part)]);
    expect(await seenOf(t.db)).toEqual({ a: Array.from({ length: 20 }, (_, n) => `${n}`) });
    expect(await parkedOf(t.db)).toEqual([]);
  });

  it('of a message that is started and never ended is given up after five times, and not asked for by each next start', async () => {
    await deliver(t.db, tallyConsumer({ deadly: boom }), [counted('a', 'deadly')]);
    await askFor('a');
    const never = new Promise<void>(() => {});
    let deaths = 0;
    const die = () => {
      deaths++;
      return never;
    };
    for (let life = 1; life <= 5; life++) {
      const dying = open(tallyConsumer({ deadly: die }), connectDatabase({ url: t.url }));
      void dying.replay(part);
      await expect.poll(() => deaths).toBe(life);
      await t.admin.query({
        text: `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'tally' AND state = 'idle in transaction'`,
      });
    }
    expect(await open(tallyConsumer({ deadly: die })).replay(part)).toBe(0);
    expect(deaths).toBe(5);
    expect((await parkedOf(t.db)).map(({ reason }) => reason)).toEqual(['ENDED_THE_PROCESS']);
    await askFor('a');
    expect(await open().replay(part)).toBe(1);
    expect(await seenOf(t.db)).toEqual({ a: ['deadly'] });
  });

  it('takes along what was being parked behind it when somebody asked, unseen by the request', async () => {
    await deliver(t.db, tallyConsumer({ bad: boom }), [counted('a', 'bad')]);
    const ask = async () => {
      await sleep(200); // the row behind is written, and not yet committed
      await askFor('a');
    };
    await deliver(t.db, tallyConsumer({ ask }), [counted('a', '2'), counted('b', 'ask')]);
    await deliver(t.db, tallyConsumer(), [counted('a', '3')]);
    const mended = open();
    while ((await mended.replay(part)) > 0);
    expect((await seenOf(t.db)).a).toEqual(['bad', '2', '3']);
  });

  it('that fails half way keeps what it has applied, and asks nobody for the rest', async () => {
    await deliver(
      t.db,
      tallyConsumer({ bad: boom }),
      ['bad', 'worse', '3'].map((label) => counted('a', label)),
    );
    await askFor('a');
    expect(await open(tallyConsumer({ worse: boom })).replay(part)).toBe(1);
    expect(await seenOf(t.db)).toEqual({ a: ['bad'] });
    expect(await open().replay(part)).toBe(0);
    expect((await parkedOf(t.db)).map(({ label }) => label)).toEqual(['worse', '3']);
  });

  it('that fails again keeps the message and those behind it, and asks nobody again', async () => {
    const faulty = tallyConsumer({ bad: boom });
    await deliver(t.db, faulty, [counted('a', 'bad'), counted('a', '2')]);
    await askFor('a');
    expect(await open(faulty).replay(part)).toBe(0);
    expect((await parkedOf(t.db)).map(({ label }) => label)).toEqual(['bad', '2']);
    expect(await open(faulty).replay(part)).toBe(0);
    expect(await seenOf(t.db)).toEqual({});
  });
});

describe('parking', () => {
  it('has its reasons explained', () => {
    const page = readFileSync(new URL('../../docs/events.md', import.meta.url), 'utf8');
    expect(reasons.filter((reason) => !page.includes(`| \`${reason}\` |`))).toEqual([]);
  });

  const long = () => randomBytes(4_000).toString('hex'); // what repeats itself an index could shorten

  it('takes keys and ids that no index holds, cut short, and tells two of them apart', async () => {
    const [key, id] = [long(), long()];
    const messages = [
      counted(key, '1'),
      counted('a', '1', { id: `${id}1` }),
      counted('c', '1', { id: `${id}2` }),
    ];
    await deliver(t.db, tallyConsumer(), [...messages, counted('b', '1')]);
    expect(await seenOf(t.db)).toEqual({ b: ['1'] });
    const { rows } = await t.db.query<{ key: string; reason: string; message: unknown }>({
      text: 'SELECT key, reason, message FROM parked ORDER BY position',
    });
    const { rows: ids } = await t.db.query<{ message_id: string }>({ text: 'SELECT message_id FROM parked' });
    expect(ids.every(({ message_id }) => message_id.length <= 255)).toBe(true); // as long as an operator may name
    expect(rows).toEqual([
      { key: expect.stringContaining(key.slice(0, 200)), reason: 'BAD_KEY', message: messages[0] },
      { key: 'a', reason: 'BAD_ID', message: messages[1] },
      { key: 'c', reason: 'BAD_ID', message: messages[2] },
    ]);
  });

  it('again after a replay keeps the reason, and takes any text for the error', async () => {
    await deliver(t.db, tallyConsumer({ bad: boom }), [
      counted('a', 'bad'),
      counted('b', '1', { id: 'seven' }),
    ]);
    await t.db.query({ text: 'UPDATE parked SET replay_requested_at = now()' });
    const worse = open(
      tallyConsumer({
        bad: () => {
          throw new Error(`\0${long()}`);
        },
      }),
    );
    while ((await worse.replay(part)) > 0);
    while ((await worse.replay(part)) > 0);
    const parked = await parkedOf(t.db);
    expect(parked.map(({ reason }) => reason)).toEqual(['FAILED', 'BAD_ID']);
    expect(parked[0]?.error.length).toBeLessThan(2_001);
  });

  it('loses no message whose way is cleared while it finds out that it has to wait', async () => {
    await deliver(t.db, tallyConsumer({ bad: boom }), [counted('a', 'bad')]);
    const usual = tallyConsumer();
    const discarding = {
      ...usual,
      async load(...args: Parameters<typeof usual.load>) {
        const loaded = await usual.load(...args);
        await t.admin.query({
          text: `WITH gone AS (DELETE FROM tally.parked RETURNING consumer, message_id)
                 INSERT INTO tally.inbox SELECT consumer, message_id::uuid FROM gone`,
        });
        return loaded;
      },
    };
    await deliver(t.db, discarding, [counted('a', '2')]);
    await deliver(t.db, usual, [counted('a', '3')]);
    expect(await open().replay(part)).toBe(2);
    expect(await seenOf(t.db)).toEqual({ a: ['2', '3'] });
    expect(await parkedOf(t.db)).toEqual([]);
  });

  it('never reads through the inbox, however much that has seen', async () => {
    const rows = 300_000;
    await t.admin.query({
      text: `INSERT INTO tally.inbox SELECT 'tally.things', (lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint), 12, '0') || '7000' || '8' || lpad(to_hex(i), 15, '0'))::uuid
             FROM generate_series(1, ${rows}) i`,
    });
    /** Rows that were read from its partitions or their indexes, and how often an index was asked. */
    const reads = async () => {
      const { rows } = await t.admin.query<{ read: number; asked: number }>({
        text: `SELECT (SELECT sum(seq_tup_read) FROM pg_stat_user_tables WHERE schemaname = 'tally' AND relname LIKE 'inbox%')::int
                 + sum(idx_tup_read)::int AS read, sum(idx_scan)::int AS asked
               FROM pg_stat_user_indexes WHERE schemaname = 'tally' AND relname LIKE 'inbox%'`,
      });
      return rows[0] as { read: number; asked: number };
    };
    const before = await reads();
    const known = Array.from({ length: 100 }, (_, n) => counted('a', `${n}`));
    for (let i = 0; i < 10; i++)
      await deliver(t.db, tallyConsumer({ bad: boom }), [...known, counted(`b${i}`, 'bad')]);
    expect(await parkedOf(t.db)).toHaveLength(10);
    // What a connection has counted is seen some seconds later.
    await expect
      .poll(async () => (await reads()).asked - before.asked, { timeout: 20_000 })
      .toBeGreaterThanOrEqual(10);
    expect((await reads()).read - before.read).toBeLessThan(rows);
  });
});
