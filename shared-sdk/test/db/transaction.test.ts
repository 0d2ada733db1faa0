import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectDatabase, type Database, isTransient, statement, type Tx } from '../../src/db/index.js';
import type { TestDatabase } from '../../src/testing/index.js';
import { tallyDatabase } from '../fixtures/tally.js';

let t: TestDatabase;
let db: Database;
beforeAll(async () => {
  t = await tallyDatabase();
  await t.admin.query({
    text: `CREATE TABLE tally.parent (id int PRIMARY KEY);
           CREATE TABLE tally.child (parent int REFERENCES tally.parent DEFERRABLE INITIALLY DEFERRED);
           GRANT ALL ON tally.parent, tally.child TO tally`,
  });
  // One connection: what a test leaves behind on it, the next one meets.
  db = connectDatabase({ url: t.url, poolSize: 1 });
});
afterAll(async () => {
  await db.close();
  await t.drop();
});
afterEach(() => t.admin.query({ text: 'TRUNCATE tally.tally, tally.child, tally.parent' }));

const put = statement('test_put', `INSERT INTO tally VALUES ($1, 0, '{}')`);
const keys = async () =>
  (await t.db.query<{ key: string }>({ text: 'SELECT key FROM tally ORDER BY key' })).rows.map(
    ({ key }) => key,
  );
const backend = async (d: Database = db) =>
  (await d.query<{ pid: number }>({ text: 'SELECT pg_backend_pid() AS pid' })).rows[0]?.pid;
const end = (pid: number | undefined) =>
  t.admin.query({ text: 'SELECT pg_terminate_backend($1)', values: [pid] });

describe('a transaction that fails', () => {
  it('leaves nothing behind, whichever of its statements failed', async () => {
    await expect(
      db.transaction((tx) => {
        tx.query(put(['a']));
        tx.query({ text: 'SELECT 1/0' });
        tx.query(put(['b']));
      }),
    ).rejects.toThrow('division by zero');
    expect(await keys()).toEqual([]);
  });

  it('throws its first failure, not that the transaction is aborted', async () => {
    const failing = db.transaction(async (tx) => {
      tx.query({ text: 'SELECT 1/0' });
      await tx.query(put(['a'])); // this one only says 25P02
    });
    await expect(failing).rejects.toMatchObject({ code: '22012' });
  });

  it('throws what the work threw when every statement was fine', async () => {
    await expect(
      db.transaction((tx) => {
        tx.query(put(['a']));
        throw new Error('the work does not want it');
      }),
    ).rejects.toThrow('the work does not want it');
    expect(await keys()).toEqual([]);
  });

  it('throws at the commit when a constraint is only checked there', async () => {
    await expect(
      db.transaction((tx) => {
        tx.query(put(['a']));
        tx.query({ text: 'INSERT INTO child VALUES (1)' });
      }),
    ).rejects.toMatchObject({ code: '23503' });
    expect(await keys()).toEqual([]);
  });

  it('throws when the work swallowed a failure: its COMMIT would answer ROLLBACK without an error', async () => {
    await expect(
      db.transaction(async (tx) => {
        tx.query(put(['a']));
        await tx.query({ text: 'SELECT 1/0' }).catch(() => {});
      }),
    ).rejects.toThrow('division by zero');
    expect(await keys()).toEqual([]);
  });

  it('commits nothing when a statement could not even be sent, though nobody awaited it', async () => {
    await expect(
      db.transaction((tx) => {
        tx.query(put(['a']));
        tx.query({ text: 'SELECT $1::jsonb', values: [{ big: 1n }] }); // JSON has no such number
      }),
    ).rejects.toThrow('BigInt');
    expect(await keys()).toEqual([]);
  });

  it('leaves its prepared statements usable, also one that was never parsed or never sent', async () => {
    const add = statement<{ sum: number }>('test_add', 'SELECT ($1::int + ($2::jsonb->>0)::int) AS sum');
    await expect(
      db.transaction((tx) => {
        tx.query({ text: 'SELECT 1/0' });
        tx.query(add([1, '[1]'])); // refused at its parse: the transaction is aborted
        tx.query(add([2, '[1]']));
      }),
    ).rejects.toThrow();
    expect((await db.query(add([1, '[2]']))).rows).toEqual([{ sum: 3 }]);
    const other = statement<{ v: number }>('test_other', 'SELECT ($1::jsonb->>0)::int AS v');
    await expect(db.transaction((tx) => tx.query(other([{ big: 1n }])))).rejects.toThrow('BigInt');
    await expect(db.query(other([{ big: 1n }]))).rejects.toThrow('BigInt');
    expect((await db.query(other(['[7]']))).rows).toEqual([{ v: 7 }]);
  });

  it('gives its connection back, fit for use, when only a statement failed', async () => {
    const before = await backend();
    await db.transaction((tx) => tx.query({ text: 'SELECT 1/0' })).catch(() => {});
    await db.query({ text: 'SELECT 1/0' }).catch(() => {});
    await db.transaction(() => Promise.reject(new Error('no'))).catch(() => {});
    expect(await backend()).toBe(before);
    await db.transaction((tx) => tx.query(put(['a'])));
    expect(await keys()).toEqual(['a']);
  });
});

describe('a prepared statement that a connection can no longer run', () => {
  const all = statement('test_all', 'SELECT * FROM parent WHERE id = $1');
  const alter = (column: string) => t.admin.query({ text: `ALTER TABLE tally.parent ADD ${column} int` });

  it.each([
    ['on its own', 'alone', () => db.query(all([1]))],
    ['in a transaction', 'within', () => db.transaction((tx) => tx.query(all([1])))],
  ])(
    'since a migration changed what it gives, %s, is no fault of the work: it succeeds on the next connection',
    async (_, column, work) => {
      await work();
      await alter(column);
      const error = await work().catch((e) => e);
      expect(error).toMatchObject({ code: '0A000', message: 'cached plan must not change result type' });
      expect(isTransient(error)).toBe(true);
      await work();
    },
  );

  it('since something forgot it, is no fault of the work either', async () => {
    await db.query(all([1]));
    await db.query({ text: 'DEALLOCATE ALL' });
    const error = await db.query(all([1])).catch((e) => e);
    expect(error).toMatchObject({ code: '26000' });
    expect(isTransient(error)).toBe(true);
    await db.query(all([1]));
  });

  it('is told apart from what PostgreSQL cannot do at all', async () => {
    const error = await db.query({ text: 'SELECT count(*) FROM parent FOR UPDATE' }).catch((e) => e);
    expect(error).toMatchObject({ code: '0A000' });
    expect(isTransient(error)).toBe(false);
  });
});

describe('a transaction whose connection ends', () => {
  it('throws a transient error and commits nothing; the next one gets a new connection', async () => {
    const failing = db.transaction(async (tx) => {
      const { rows } = await tx.query<{ pid: number }>({ text: 'SELECT pg_backend_pid() AS pid' });
      tx.query(put(['a']));
      await end(rows[0]?.pid);
      await tx.query(put(['b']));
    });
    const error = await failing.catch((e) => e);
    expect(isTransient(error)).toBe(true);
    expect(await keys()).toEqual([]);
    await db.transaction((tx) => tx.query(put(['c'])));
    expect(await keys()).toEqual(['c']);
  });

  it('does not end the process when it happened between transactions', async () => {
    const told: Error[] = [];
    const watched = connectDatabase({ url: t.url, poolSize: 1, onError: (error) => told.push(error) });
    await end(await backend(watched));
    await expect.poll(() => told.length).toBe(1);
    await watched.ping();
    await watched.close();
  });
});

describe('a transaction that is over', () => {
  it('refuses a statement that comes late, instead of putting it into the next one', async () => {
    let kept: Tx | undefined;
    await db.transaction((tx) => {
      kept = tx;
      tx.query(put(['a']));
    });
    await db
      .transaction(async (tx) => {
        tx.query(put(['b']));
        await (async () => kept?.query(put(['stray'])))().catch(() => {});
      })
      .catch(() => {});
    expect(await keys()).toEqual(['a', 'b']);
    await expect((async () => kept?.query(put(['stray'])))()).rejects.toThrow('is over');
  });

  it('refuses it after a rollback too', async () => {
    let late = async () => {};
    await db
      .transaction((tx) => {
        late = async () => {
          await tx.query(put(['stray']));
        };
        throw new Error('no');
      })
      .catch(() => {});
    await expect(late()).rejects.toThrow('is over');
    expect(await keys()).toEqual([]);
  });
});

describe('a transaction', () => {
  it('sees its own writes and shows them to others only when it is committed', async () => {
    await db.transaction(async (tx) => {
      await tx.query(put(['a']));
      expect((await tx.query({ text: 'SELECT key FROM tally' })).rows).toEqual([{ key: 'a' }]);
      expect(await keys()).toEqual([]);
    });
    expect(await keys()).toEqual(['a']);
  });

  it('answers with what the work returns', async () => {
    expect(await db.transaction(async (tx) => (await tx.query({ text: 'SELECT 7 AS n' })).rows)).toEqual([
      { n: 7 },
    ]);
  });

  it('sends statements without waiting for the answers before them', async () => {
    const order: string[] = [];
    await db.transaction(async (tx) => {
      const slow = tx.query({ text: 'SELECT pg_sleep(0.05)' }).then(() => order.push('first'));
      const fast = tx.query({ text: 'SELECT 1' }).then(() => order.push('second'));
      order.push('sent');
      await Promise.all([slow, fast]);
    });
    expect(order).toEqual(['sent', 'first', 'second']);
  });
});
