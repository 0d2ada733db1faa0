import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectDatabase, type Database, isTransient, statement, violates } from '../../src/db/index.js';
import type { TestDatabase } from '../../src/testing/index.js';
import { tallyDatabase } from '../fixtures/tally.js';

let t: TestDatabase;
beforeAll(async () => {
  t = await tallyDatabase();
});
afterAll(() => t.drop());

const withPort = (port: number | string) => {
  const url = new URL(t.url);
  url.port = `${port}`;
  return url.href;
};
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error) => error,
  );

describe('a database that is not there', () => {
  it.each([
    ['refuses', () => withPort(1)],
    ['refuses at every address of its name', () => withPort(1).replace('127.0.0.1', 'localhost')],
  ])('is a transient failure when it %s, and no obstacle to starting', async (_, url) => {
    const db = connectDatabase({ url: url() });
    expect(isTransient(await failureOf(db.ping()))).toBe(true);
    expect(isTransient(await failureOf(db.transaction(() => 1)))).toBe(true);
    await db.close();
  });

  it('is a transient failure when it accepts and then says nothing', async () => {
    const sockets: Socket[] = [];
    const silent: Server = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const db = connectDatabase({ url: withPort((silent.address() as { port: number }).port) });
    expect(isTransient(await failureOf(db.ping()))).toBe(true);
    for (const socket of sockets) socket.destroy();
    silent.close();
    await db.close();
  }, 15_000);

  it('is a transient failure when it takes no writes, as a standby or a disk that is nearly full', async () => {
    const url = new URL(t.url);
    url.searchParams.set('options', '-c default_transaction_read_only=on');
    const db = connectDatabase({ url: url.href });
    const write = { text: `INSERT INTO tally (key, n, seen) VALUES ('read only', 1, '{}')` };
    expect(isTransient(await failureOf(db.query(write)))).toBe(true);
    expect(isTransient(await failureOf(db.transaction((tx) => tx.query(write))))).toBe(true);
    await db.close();
  });

  it('is found again when it returns', async () => {
    // A door in front of PostgreSQL, shut for a while.
    let open = false;
    const { connect } = await import('node:net');
    const sockets: Socket[] = [];
    const door = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => {});
      if (!open) return socket.destroy();
      const inside = connect(Number(new URL(t.url).port), '127.0.0.1');
      inside.on('error', () => {});
      socket.pipe(inside).pipe(socket);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => door.once('listening', resolve));
    const db = connectDatabase({ url: withPort((door.address() as { port: number }).port), poolSize: 2 });
    expect(isTransient(await failureOf(db.ping()))).toBe(true);
    open = true;
    await db.ping();
    for (const socket of sockets) socket.destroy();
    await expect.poll(() => failureOf(db.ping())).toBeUndefined();
    await db.close();
    door.close();
  });
});

describe('what PostgreSQL says', () => {
  it('arrives as numbers, dates and objects', async () => {
    const { rows } = await t.db.query({
      text: `SELECT 9007199254740991::bigint AS most, '2026-01-02T03:04:05.678Z'::timestamptz AS at, '{"a":[1]}'::jsonb AS json`,
    });
    expect(rows).toEqual([
      { most: Number.MAX_SAFE_INTEGER, at: new Date('2026-01-02T03:04:05.678Z'), json: { a: [1] } },
    ]);
  });

  it('throws for a bigint that a number cannot hold, instead of rounding it', async () => {
    await expect(t.db.query({ text: 'SELECT 9007199254740992::bigint' })).rejects.toThrow(
      'bigint out of the safe range: 9007199254740992',
    );
  });

  it('names the constraint that was violated', async () => {
    const twice = await failureOf(
      t.db.query({ text: `INSERT INTO tally VALUES ('a', 0, '{}'), ('a', 0, '{}')` }),
    );
    expect(violates(twice, 'tally_pkey')).toBe(true);
    expect(violates(twice, 'other_pkey')).toBe(false);
    expect(violates(undefined, 'tally_pkey')).toBe(false);
  });
});

describe('a query that takes too long', () => {
  const sleep = (ms: number) => ({ text: 'SELECT pg_sleep($1)', values: [ms / 1_000] });
  // As if the 35 s of every query were 0.2 s.
  const hasty = () => connectDatabase({ url: `${t.url}?query_timeout=200`, poolSize: 1 });

  it('is given up as an outage, and its connection is not used again', async () => {
    const db = hasty();
    expect(isTransient(await failureOf(db.query(sleep(5_000))))).toBe(true);
    expect(isTransient(await failureOf(db.transaction((tx) => tx.query(sleep(5_000)))))).toBe(true);
    await db.ping();
    await db.close();
  });

  it('may bring its own time', async () => {
    const db = hasty();
    const patient = { ...sleep(500), timeoutMs: 5_000 };
    await db.query(patient);
    await db.transaction((tx) => tx.query(patient));
    expect(isTransient(await failureOf(db.query({ ...sleep(150), timeoutMs: 50 })))).toBe(true);
    await db.close();
  });
});

describe('the pool', () => {
  /** Keeps a connection in a transaction until `finish` is called. */
  const hold = (db: Database) =>
    new Promise<{ held: Promise<void>; finish: () => void }>((began) => {
      const held: Promise<void> = db.transaction(
        () => new Promise<void>((finish) => began({ held: Promise.resolve().then(() => held), finish })),
      );
    });

  it('counts who waits for a connection, and serves them in turn', async () => {
    const db = connectDatabase({ url: t.url, poolSize: 1 });
    const { held, finish } = await hold(db);
    const order: number[] = [];
    const others = [1, 2, 3].map((n) => db.query({ text: 'SELECT 1' }).then(() => order.push(n)));
    await expect.poll(() => db.waiting()).toBe(3);
    finish();
    await Promise.all([held, ...others]);
    expect(db.waiting()).toBe(0);
    expect(order).toEqual([1, 2, 3]);
    await db.close();
  });

  it('gives up on waiting with a transient error, rather than queue without an end', async () => {
    const db = connectDatabase({ url: t.url, poolSize: 1 });
    const { held, finish } = await hold(db);
    expect(isTransient(await failureOf(db.query({ text: 'SELECT 1' })))).toBe(true);
    finish();
    await held;
    await db.query({ text: 'SELECT 1' });
    await db.close();
  }, 15_000);

  it('refuses work when it is closed', async () => {
    const db = connectDatabase({ url: t.url });
    await db.close();
    await expect(db.query({ text: 'SELECT 1' })).rejects.toThrow();
    await expect(db.transaction(() => 1)).rejects.toThrow();
  });

  it('reads from the replica where there is one, and writes to the primary', async () => {
    const named = (name: string) => `${t.url}?application_name=${name}`;
    const whoAmI = { text: `SELECT current_setting('application_name') AS name` };
    const db = connectDatabase({ url: named('primary'), replicaUrl: named('replica') });
    expect((await db.read(whoAmI)).rows).toEqual([{ name: 'replica' }]);
    expect((await db.query(whoAmI)).rows).toEqual([{ name: 'primary' }]);
    expect(await db.transaction(async (tx) => (await tx.query(whoAmI)).rows)).toEqual([{ name: 'primary' }]);
    await db.close();
    const alone = connectDatabase({ url: named('primary') });
    expect((await alone.read(whoAmI)).rows).toEqual([{ name: 'primary' }]);
    await alone.close();
  });
});

describe('a failure', () => {
  const withCode = (code: string) => Object.assign(new Error(code), { code });
  it.each([
    ['a deadlock', '40P01', true],
    ['a serialization failure', '40001', true],
    ['a lost connection', '08006', true],
    ['too many connections', '53300', true],
    ['a full disk', '53100', true],
    ['a shutdown', '57P01', true],
    ['a server that is starting', '57P03', true],
    ['a lock not granted in time', '55P03', true],
    ['a socket that was reset', 'ECONNRESET', true],
    ['a name that does not resolve just now', 'EAI_AGAIN', true],
    ['a network that is away', 'ENETUNREACH', true],
    ['a statement that took too long', '57014', false],
    ['a unique index', '23505', false],
    ['a wrong value', '22P02', false],
    ['an aborted transaction', '25P02', false],
    ['a wrong password', '28P01', false],
    ['a file that is not there', 'ENOENT', false],
  ])('%s (%s): transient %s', (_, code, transient) => {
    expect(isTransient(withCode(code))).toBe(transient);
    expect(isTransient(new Error('wrapped', { cause: withCode(code) }))).toBe(transient);
  });

  it('that is no error of a database is not transient', () => {
    for (const thrown of [
      undefined,
      null,
      'ECONNRESET',
      { code: '40001' },
      new Error('Connection refused by policy'),
    ])
      expect(isTransient(thrown)).toBe(false);
  });
});

describe('a named statement', () => {
  it('is refused when the name is taken by another text, since a connection would run the wrong one', () => {
    const first = statement('test_taken', 'SELECT 1');
    expect(statement('test_taken', 'SELECT 1')([])).toEqual(first([]));
    expect(() => statement('test_taken', 'SELECT 2')).toThrow('two statements are named test_taken');
  });

  it('is prepared once a connection', async () => {
    const db: Database = connectDatabase({ url: t.url, poolSize: 1 });
    const one = statement<{ n: number }>('test_once', 'SELECT $1::int AS n');
    for (const n of [1, 2, 3]) expect((await db.query(one([n]))).rows).toEqual([{ n }]);
    const { rows } = await db.query({
      text: `SELECT generic_plans + custom_plans AS runs FROM pg_prepared_statements WHERE name = 'test_once'`,
    });
    expect(rows).toEqual([{ runs: 3 }]);
    await db.close();
  });
});
