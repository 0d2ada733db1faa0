import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkMarket, invariants, type Report } from '../../local/check/check.js';
import type { EventLog, Snapshots } from '../../local/check/invariant.js';
import { snapshotsOf } from '../../local/check/snapshots.js';
import { Problem } from '../../local/problem.js';
import { byService } from '../../local/topology.js';
import { marketOfThePast, type PastMarket, violated } from './market-of-the-past.js';
import { inEffects } from './planted/in-effects.js';
import { inKeys } from './planted/in-keys.js';
import { inOrders } from './planted/in-orders.js';
import { inTheLedger } from './planted/in-the-ledger.js';
import { inTheLog } from './planted/in-the-log.js';
import { inTheMoney } from './planted/in-the-money.js';
import { inTheStock } from './planted/in-the-stock.js';
import { inWaiting } from './planted/in-waiting.js';
import { order, type Planted, untouched } from './planted/planted.js';

const planted = [
  ...inTheLedger,
  ...inTheMoney,
  ...inTheStock,
  ...inOrders,
  ...inTheLog,
  ...inEffects,
  ...inWaiting,
  ...inKeys,
];
const numbers = invariants.map(({ number }) => number);
let past: PastMarket;
beforeAll(async () => {
  past = await marketOfThePast();
}, 120_000);
afterAll(() => past?.close());

/** The checker’s report on the market with something planted in it, which is taken out again. */
const reportOn = (
  plant: Pick<Planted, 'market' | 'sandbox'>,
  waitSeconds = 0,
  say?: (line: string) => void,
): Promise<Report> =>
  past.withPlanted(plant, (read) => checkMarket((work) => work(read), { waitSeconds, ...(say && { say }) }));

describe('a market in which nothing is wrong', () => {
  test('passes, with the rights of the role that only reads', () => {
    expect(
      past.untouched.results.filter(({ violations, skipped }) => violations.length > 0 || skipped),
    ).toEqual([]);
    expect(past.untouched).toMatchObject({ ok: true, notes: [] });
  });

  test('gives every invariant something to look at: a check of nothing proves nothing', () => {
    expect(past.untouched.results.filter(({ rows }) => rows === 0).map(({ number }) => number)).toEqual([]);
  });

  test('passes again when what was planted is taken out', async () => {
    const report = await reportOn({});
    expect([violated(report), report.ok]).toEqual([[], true]);
  });
});

test('every invariant is put to the test', () => {
  expect(numbers.filter((number) => !planted.some((plant) => plant.number === number))).toEqual([]);
  expect(planted.filter(({ number }) => !numbers.includes(number))).toEqual([]);
});

describe('the checker reports', () => {
  test.each(planted)('$number: $name', async ({ number, ...plant }) => {
    const report = await reportOn(plant);
    expect(violated(report)).toContain(number);
    expect(report.ok).toBe(false);
  });
});

describe('while something is under way', () => {
  const underWay: [what: string, sql: string, said: string][] = [
    [
      'an operation without an outcome',
      `UPDATE payment.operation SET status = 'UNKNOWN', next_attempt_at = now() WHERE id = (SELECT id FROM payment.operation WHERE kind = 'void' LIMIT 1)`,
      '1 open operations of payments',
    ],
    [
      'an event that the relay has just been given',
      `INSERT INTO store.outbox SELECT gen_random_uuid(), aggregatetype, aggregateid, type, version + 1, payload FROM store.outbox WHERE aggregatetype = 'store' AND type = 'StoreDeleted'`,
      '1 events of store on their way to the log',
    ],
    [
      'an event that a consumer has not read',
      `UPDATE events.group_offset SET committed = committed - 1 WHERE (grp, topic, partition) = (SELECT grp, topic, partition FROM events.group_offset WHERE committed > 0 LIMIT 1)`,
      '1 events not yet read',
    ],
    [
      'an order that the sweeper will find',
      `UPDATE orders.orders SET status = 'RESERVED', deadline_at = now() - interval '1 second' WHERE id = (SELECT id FROM orders.orders WHERE status = 'SHIPPED')`,
      '1 orders that the sweeper is about to stop',
    ],
  ];
  test.each(underWay)(
    'such as %s, what needs rest is skipped and the rest is checked',
    async (_, sql, said) => {
      const report = await reportOn({ market: sql });
      const skipped = report.results.filter((result) => result.skipped);
      expect(skipped.map(({ number }) => number)).toEqual(
        invariants.filter(({ atRest }) => atRest).map(({ number }) => number),
      );
      expect(new Set(skipped.map((result) => result.skipped))).toEqual(new Set([`still under way: ${said}`]));
      expect(report.ok).toBe(false);
    },
  );

  test('it waits as long as it was told, and says for what', async () => {
    const [, sql, said] = underWay[0] as (typeof underWay)[number];
    const lines: string[] = [];
    const before = performance.now();
    await reportOn({ market: sql }, 0.5, (line) => lines.push(line));
    expect(performance.now() - before).toBeGreaterThan(500);
    expect(lines).toEqual([`waiting for the market to come to rest: ${said}`]);
  });
});

describe('what waits past its time', () => {
  const overdue = `SAVEPOINT before; UPDATE orders.orders SET status = 'RESERVED', money = 'ASKED', deadline_at = now() - interval '1 hour' WHERE id = ${order('SHIPPED')}`;
  const deletedLongAgo = `SAVEPOINT before; INSERT INTO orders.deleted_store SELECT store_id, now() - interval '1 hour' FROM orders.order_store WHERE order_id = ${untouched}`;

  test.each([
    ['its deadline', overdue],
    ['its store', deletedLongAgo],
  ])(
    'such as an order past %s is not called wrong before the first sweep after a standstill',
    async (_, sql) => {
      let looks = 0;
      const report = await past.withPlanted({ market: sql }, (read) =>
        checkMarket(
          async (work) => {
            if (++looks === 3) await past.market.query('ROLLBACK TO before'); // the sweeper's turn
            return work(read);
          },
          { waitSeconds: 60 },
        ),
      );
      expect([violated(report), report.ok]).toEqual([[], true]);
    },
  );

  test('is called wrong when nobody sweeps', async () => {
    const lines: string[] = [];
    const report = await reportOn({ market: overdue }, 0.5, (line) => lines.push(line));
    expect(violated(report)).toContain('9a');
    expect(lines).toEqual([
      'waiting for the market to come to rest: 1 orders that the sweeper is about to stop',
    ]);
  });
});

describe('snapshots', () => {
  const booked = 'SELECT count(*)::int AS n FROM sandbox.book';

  test('are taken of all databases together, before any of them is asked', async () => {
    const { rows } = await past.sandbox.query(booked);
    try {
      const seen = await past.open(async (read) => {
        await past.sandbox.query(
          `INSERT INTO sandbox.book (key, kind, order_id, method, amount, currency, outcome)
           VALUES (gen_random_uuid(), 'capture', gen_random_uuid(), 'too late', 1, 'EUR', 'done')`,
        );
        return read.sandbox(booked);
      });
      expect(seen).toEqual(rows);
    } finally {
      await past.sandbox.query(`DELETE FROM sandbox.book WHERE method = 'too late'`);
    }
  });

  test('that do not fit each other are taken again, before what needs rest is called wrong', async () => {
    let looks = 0;
    const { report, violations } = await past.withPlanted({}, async (read) => {
      const behind: Snapshots = { ...read, sandbox: async () => [] };
      const found = await checkMarket((work) => work(++looks === 1 ? behind : read), { waitSeconds: 0 });
      const twoB = invariants.find(({ number }) => number === '2b');
      return { report: found, violations: (await twoB?.check(behind))?.violations };
    });
    expect(violations).not.toEqual([]);
    expect([violated(report), report.ok, looks]).toEqual([[], true, 2]);
  });
});

describe('a log that was read before the databases', () => {
  const withLog = (change: Partial<EventLog>, sql: string) =>
    past.withPlanted({ market: sql }, (read) => {
      const log = { ...read.log, ...change };
      return checkMarket((work) => work({ ...read, log }), { waitSeconds: 0 });
    });
  const anHourAgo = `now() - interval '1 hour'`;
  const unknownEffect = `UPDATE orders.order_history SET event_id = gen_random_uuid() WHERE trigger = 'PaymentCaptured'`;
  const older = (topic: string) => `
    UPDATE store.outbox SET created_at = created_at - interval '10 minutes' WHERE aggregatetype = '${topic}';
    UPDATE events.log SET occurred_at = occurred_at - interval '10 minutes' WHERE topic = '${topic}';`;
  const lost = `DELETE FROM events.log WHERE topic = 'stock'`;

  test('need not know of what has happened since', async () => {
    expect(violated(await withLog({ asOf: 'now()' }, unknownEffect))).toEqual(['8a']);
    expect(violated(await withLog({ asOf: anHourAgo }, unknownEffect))).toEqual([]);
    expect(violated(await withLog({ asOf: 'now()' }, older('stock') + lost))).toContain('6');
    expect(violated(await withLog({ asOf: anHourAgo }, older('stock') + lost))).not.toContain('6');
  });

  test('need not agree with the outboxes on what is recent', async () => {
    const report = await past.withPlanted({ market: older('stock') }, (read) => {
      const events = async () => (await read.log.events()).map((event) => ({ ...event, recent: false }));
      return checkMarket((work) => work({ ...read, log: { ...read.log, events } }), { waitSeconds: 0 });
    });
    expect(violated(report)).toEqual([]);
  });
});

test('a PostgreSQL that is gone is told in one line', async () => {
  const nobody = 'postgres://check@127.0.0.1:1/market';
  const away = snapshotsOf({ check: byService(() => nobody), checkSandbox: nobody });
  const told = 'PostgreSQL does not answer (connect ECONNREFUSED 127.0.0.1:1): see npm run status';
  await expect(checkMarket(away)).rejects.toThrow(new Problem(told));
  // It ends while it is asked: nothing but the statement may notice.
  const ended = past.open(async (read) => {
    const [own] = await read.orders<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    await past.market.query(`SELECT pg_terminate_backend(${own?.pid})`);
    await sleep(50);
    return read.orders('SELECT 1');
  });
  await expect(ended).rejects.toThrow(/^PostgreSQL does not answer \(.*\): see npm run status$/);
});

test('what is not wrong by itself is noted: parked messages and old cancellations', async () => {
  const { notes } = await reportOn({
    market: `INSERT INTO store.parked (consumer, topic, partition, position, key, message_id, reason, error, message)
               VALUES ('store.reservations', 'order', 0, 1, 'a key', 'an id', 'FAILED', 'an error', '{}');
             UPDATE orders.orders SET status = 'CANCELLING', updated_at = now() - interval '6 minutes' WHERE id = (SELECT id FROM orders.orders WHERE status = 'EXPIRED')`,
  });
  expect(notes).toEqual([
    '1 messages are parked in store',
    '1 orders have been CANCELLING for more than 5 minutes',
  ]);
});

test('docs/invariants.md tells of each invariant, under the number and title that the checker prints', () => {
  const file = new URL('../../docs/invariants.md', import.meta.url);
  const told = [...readFileSync(file, 'utf8').matchAll(/^### (\S+) (.+)$/gm)].map(([, number, title]) => [
    number,
    title,
  ]);
  expect(told).toEqual(invariants.map(({ number, title }) => [number, title]));
});
