import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectDatabase, type Database, migrate, uuidv7 } from '../../src/db/index.js';
import { createEventingTables, maintainPartitions } from '../../src/outbox/index.js';
import { deliver, type TestDatabase } from '../../src/testing/index.js';
import { send, thing } from '../fixtures/log.js';
import { counted, parkedOf, seenOf, tallyConsumer, tallyDatabase } from '../fixtures/tally.js';

let t: TestDatabase;
let owner: Database;
beforeEach(async () => {
  t = await tallyDatabase();
  owner = connectDatabase({ url: t.ownerUrl, poolSize: 1 });
});
afterEach(async () => {
  await owner.close();
  await t.drop();
});

/** Partitions as days from today: -1, 0, 1, … */
async function days(table: 'outbox' | 'inbox'): Promise<number[]> {
  const { rows } = await t.admin.query<{ d: number }>({
    text: `SELECT to_date(right(inhrelid::regclass::text, 8), 'YYYYMMDD') - (now() AT TIME ZONE 'UTC')::date AS d
           FROM pg_inherits WHERE inhparent = $1::regclass ORDER BY d`,
    values: [`tally.${table}`],
  });
  return rows.map(({ d }) => d);
}
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
/** As if maintenance ran last `ago` days ago. */
const lastRun = async (ago: number) => {
  await t.admin.query({
    text: `DO $$ DECLARE p regclass; BEGIN FOR p IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent IN ('tally.outbox'::regclass, 'tally.inbox'::regclass)
           LOOP EXECUTE 'DROP TABLE ' || p; END LOOP; END $$`,
  });
  await owner.query({
    text: `SELECT maintain_partitions((now() AT TIME ZONE 'UTC')::date - $1::int)`,
    values: [ago],
  });
};

describe('maintenance of the partitions', () => {
  it('has a week ahead from the first migration on, and does nothing where nothing is to do', async () => {
    expect(await days('outbox')).toEqual(range(-1, 7));
    expect(await maintainPartitions(t.db)).toBe(0);
  });

  it('lets a new service know everything of the last 14 days: the log has events from before it', async () => {
    expect(await days('inbox')).toEqual(range(-14, 7));
    const ids = range(-14, 0).map((day) => uuidv7(Date.now() + day * 86_400_000));
    const events = ids.map((id, i) => counted('a', `${i}`, { id }));
    await deliver(t.db, tallyConsumer(), events);
    await deliver(t.db, tallyConsumer(), events); // again: each has left a trace
    expect((await seenOf(t.db)).a).toHaveLength(ids.length);
  });

  it('drops what is past its retention: the outbox after 10 days, the inbox after 14', async () => {
    await lastRun(12);
    await maintainPartitions(t.db);
    expect((await days('outbox'))[0]).toBe(-10);
    expect((await days('inbox'))[0]).toBe(-14);
    expect((await days('outbox')).at(-1)).toBe(7);
    const { rows } = await t.db.query<{ inbox_from: string }>({ text: 'SELECT inbox_from FROM retention' });
    const oldest = new Date(Date.now() - 14 * 86_400_000).setUTCHours(0, 0, 0, 0);
    expect(rows[0]?.inbox_from.replaceAll('-', '').slice(0, 12)).toBe(oldest.toString(16).padStart(12, '0'));
  });

  it('leaves no day out of the inbox after a long standstill: others sent events meanwhile', async () => {
    await lastRun(12);
    await maintainPartitions(t.db);
    expect(await days('inbox')).toEqual(range(-14, 7));
    const ids = range(-14, 0).map((day) => uuidv7(Date.now() + day * 86_400_000));
    await deliver(
      t.db,
      tallyConsumer(),
      ids.map((id, i) => counted('a', `${i}`, { id })),
    );
    expect(await parkedOf(t.db)).toEqual([]);
    expect((await seenOf(t.db)).a).toHaveLength(ids.length);
  });

  it('starts afresh after a standstill that outlasted everything', async () => {
    await lastRun(60);
    await maintainPartitions(t.db);
    await maintainPartitions(t.db);
    expect(await days('inbox')).toEqual(range(-14, 7));
    await send(t.db, [thing('a', 1)]);
  });

  it('is part of a migration, so that a service can write at once after a standstill', async () => {
    await lastRun(30);
    await expect(send(t.db, [thing('a', 1)])).rejects.toMatchObject({ code: '23514' });
    const directory = new URL('../fixtures/migrations/', import.meta.url);
    expect(await migrate({ url: t.ownerUrl, directory, schema: 'tally' })).toEqual([]);
    await send(t.db, [thing('a', 1)]);
  });

  it('gives up the drop only, when somebody holds the table, and holds up no writer meanwhile', async () => {
    await lastRun(16);
    let finish = () => {};
    const reading = t.db.transaction(async (tx) => {
      await tx.query({ text: 'SELECT count(*) FROM outbox' });
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
    });
    await expect
      .poll(
        async () =>
          (await t.admin.query({ text: `SELECT FROM pg_locks WHERE relation = 'tally.outbox'::regclass` }))
            .rowCount,
      )
      .toBeGreaterThan(0);
    const maintaining = maintainPartitions(t.db);
    const begun = Date.now();
    let slowest = 0;
    let done = false;
    maintaining.finally(() => {
      done = true;
    });
    // Today's outbox row needs its partition, which is attached in the same transaction: write where there is one.
    while (!done) {
      const at = Date.now();
      await t.admin.query({
        text: `INSERT INTO tally.outbox (id, aggregatetype, aggregateid, type, version, created_at) VALUES ($1, 'thing', 'a', 'Counted', 1, now() - interval '10 days')`,
        values: [uuidv7()],
      });
      slowest = Math.max(slowest, Date.now() - at);
    }
    await maintaining;
    expect(Date.now() - begun).toBeLessThan(5_000);
    expect(slowest).toBeLessThan(1_000);
    expect((await days('outbox'))[0]).toBeLessThan(-10);
    expect((await days('outbox')).at(-1)).toBe(7);
    finish();
    await reading;
    await maintainPartitions(t.db);
    expect((await days('outbox'))[0]).toBe(-10);
  });

  it('is nothing to do in a database without an outbox: a service may announce nothing', async () => {
    const elsewhere = connectDatabase({ url: t.adminUrl, poolSize: 1 }); // its search_path has none
    expect(await maintainPartitions(elsewhere)).toBe(0);
    await elsewhere.close();
  });

  it('may run in several replicas at once', async () => {
    await lastRun(12);
    const changed = await Promise.all([1, 2, 3].map(() => maintainPartitions(t.db)));
    expect(changed.filter((n) => n > 0)).toHaveLength(1);
  });

  it('is the one change of tables that the service role may make', async () => {
    await expect(t.db.query({ text: 'DROP TABLE outbox' })).rejects.toMatchObject({ code: '42501' });
    await expect(t.db.query({ text: 'CREATE TABLE mine ()' })).rejects.toMatchObject({ code: '42501' });
    await expect(t.db.query({ text: 'ALTER TABLE inbox ADD COLUMN x int' })).rejects.toMatchObject({
      code: '42501',
    });
    expect(await maintainPartitions(t.db)).toBe(0);
  });
});

describe('the tables of a service', () => {
  it('are published as one table, inserts only, whatever partition a row is in', async () => {
    const { rows } = await t.admin.query({
      text: `SELECT p.pubinsert, p.pubupdate, p.pubdelete, p.pubtruncate, p.pubviaroot, t.schemaname, t.tablename
             FROM pg_publication p JOIN pg_publication_tables t USING (pubname) WHERE pubname = 'tally_outbox'`,
    });
    expect(rows).toEqual([
      {
        pubinsert: true,
        pubupdate: false,
        pubdelete: false,
        pubtruncate: false,
        pubviaroot: true,
        schemaname: 'tally',
        tablename: 'outbox',
      },
    ]);
  });

  it('refuse a row of a day without a partition, rather than pile it up in a default one', async () => {
    await expect(
      t.db.query({
        text: `INSERT INTO outbox (id, aggregatetype, aggregateid, type, version, created_at) VALUES ($1, 't', 'k', 'T', 1, now() + interval '9 days')`,
        values: [uuidv7()],
      }),
    ).rejects.toMatchObject({ code: '23514' });
  });

  it.each(['Tally', 'a-b', 'x; DROP TABLE y', ''])('are not made under the name %j', async (schema) => {
    await expect(createEventingTables(undefined as never, { schema, service: 'ok' })).rejects.toThrow(
      'not a plain lower-case name',
    );
  });
});
