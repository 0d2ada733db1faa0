import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Postgres, startPostgres } from '@msa-event-market/shared-sdk/postgres';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkMarket, type Report } from '../../local/check/check.js';
import type { Snapshots } from '../../local/check/invariant.js';
import { asking, oneDatabase, snapshotsOf } from '../../local/check/snapshots.js';
import { bringToRest } from '../../local/move/bring-to-rest.js';
import { type Contents, contentsOf, differences } from '../../local/move/contents.js';
import { copyDatabases, dropCopies, dropOriginal, hasOriginal } from '../../local/move/copy-databases.js';
import { inDatabase, type Provisioned, provision } from '../../local/provision.js';
import { stackDatabaseOf } from '../../local/stack/outboxes.js';
import { byService, serviceNames, services } from '../../local/topology.js';
import { makeHistory } from '../check/history.js';
import { marketInProcess } from '../check/market-in-process.js';
import { anOldOrder, lifeAfter } from './life-after.js';
import { type Plant, planted } from './planted-after.js';
import { schemas, separateDatabases } from './separate-databases.js';

// One market with a history, on a server of its own: a move is about roles and databases, which a server has once.
let folder: string;
let server: Postgres;
let provisioned: Provisioned;
let before: Contents[];
let copies: Awaited<ReturnType<typeof separateDatabases>>;
const said: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'market-move-'));
  chmodSync(folder, 0o755);
  const settings = { fsync: 'off', full_page_writes: 'off', autovacuum: 'off' };
  server = await startPostgres({ dataDir: path.join(folder, 'data'), port: 0, auth: 'trust', settings });
  const market = await marketInProcess(server.url);
  try {
    await makeHistory(market, inDatabase(server.url, 'market'));
    const { databases, sandbox } = market.provisioned;
    const open = snapshotsOf({
      check: byService((name) => databases[name].checkUrl),
      checkSandbox: sandbox.checkUrl,
    });
    expect((await checkMarket(open, { waitSeconds: 20 })).ok).toBe(true);
  } finally {
    await market.stop();
  }
  before = await onOriginal((read) => contentsOf(read));
}, 120_000);
afterAll(async () => {
  await copies?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function inside<T>(database: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: inDatabase(server.url, database) });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const onOriginal = <T>(work: (read: Snapshots) => Promise<T>): Promise<T> =>
  inside('market', (market) =>
    inside('sandbox', (sandbox) => work(oneDatabase(asking(market), asking(sandbox)))),
  );

const names = async (database: string, sql: string) =>
  inside(database, async (client) =>
    (await client.query<{ name: string }>(sql)).rows.map(({ name }) => name),
  );

describe('a market is brought to rest', () => {
  /** On the market with something in it, which is taken out again. */
  const rest = (
    planted: string,
    say: (line: string) => void = () => {},
    signal = new AbortController().signal,
  ) =>
    inside('market', (market) =>
      inside('sandbox', async (sandbox) => {
        await market.query(`BEGIN; ${planted}`);
        const read = oneDatabase(asking(market), asking(sandbox));
        await bringToRest((work) => work(read), 0.5, say, signal);
      }),
    );
  const open = `UPDATE payment.operation SET status = 'UNKNOWN', next_attempt_at = now() WHERE id = (SELECT id FROM payment.operation WHERE kind = 'void' LIMIT 1)`;
  const givenUp = (minutes: number) =>
    `UPDATE payment.operation SET status = 'ABANDONED', next_attempt_at = now() + interval '${minutes} minutes' WHERE id = (SELECT id FROM payment.operation WHERE kind = 'void' LIMIT 1)`;

  test('and when it is, there is nothing to say', async () => {
    const lines: string[] = [];
    await rest('', (line) => lines.push(line));
    expect(lines).toEqual([]);
  });

  test('as long as it was told to wait, and what is under way is said once and in the end', async () => {
    const lines: string[] = [];
    await expect(rest(open, (line) => lines.push(line))).rejects.toThrow(
      'has not come to rest in 0.5 s: 1 open operations of payments.',
    );
    expect(lines).toEqual(['still under way: 1 open operations of payments']);
  });

  test('waiting also for what the provider is about to be asked, and not for what it is asked tomorrow', async () => {
    await expect(rest(givenUp(9))).rejects.toThrow('1 payments that were given up');
    await rest(givenUp(11));
  });

  test('waiting also for the sweeper, which finds what nobody stopped while the market was down', async () => {
    const overdue = `UPDATE orders.orders SET status = 'RESERVED', deadline_at = now() - interval '1 hour' WHERE id = (SELECT id FROM orders.orders WHERE status = 'SHIPPED' LIMIT 1)`;
    await expect(rest(overdue)).rejects.toThrow('1 orders that the sweeper is about to stop');
  });

  test('unless messages are parked, which the old log alone could place: they are told at once', async () => {
    const parked = `INSERT INTO store.parked (consumer, topic, partition, position, key, message_id, reason, error, message)
      VALUES ('store.reservations', 'order', 0, 1, 'a key', 'an id', 'FAILED', 'an error', '{}')`;
    await expect(rest(`${parked}; ${open}`)).rejects.toThrow(/Messages are parked.*1 in store.*ListParked/);
  });

  test('until a Ctrl-C', async () => {
    const stopping = new AbortController();
    await expect(rest(open, () => stopping.abort(), stopping.signal)).rejects.toThrow(/aborted/);
  });
});

describe('a move that did not come to its end', () => {
  test('leaves the original as it was, with its log, its inboxes and the slot of its relay', async () => {
    const passedOn = `SELECT md5(string_agg(t::text, '' ORDER BY t::text)) AS name FROM`;
    const asked = [
      `${passedOn} events.log t`,
      `${passedOn} events.group_offset t`,
      ...schemas.flatMap((schema) => [`${passedOn} ${schema}.outbox t`, `${passedOn} ${schema}.inbox t`]),
      `SELECT wal_status || confirmed_flush_lsn::text AS name FROM pg_replication_slots`,
    ];
    const all = () => Promise.all(asked.map((sql) => names('market', sql)));
    const untouched = await all();
    await copyDatabases(server.url, () => {});
    expect(await all()).toEqual(untouched);
    expect(untouched.flat().filter(Boolean).length).toBeGreaterThan(8);
    expect(differences(before, await onOriginal((read) => contentsOf(read)))).toEqual([]);
  });

  test('is done again from its beginning: nothing of its copies stays', async () => {
    // As if it had been killed between two of them, when somebody had used the copies already.
    await inside('store', (client) =>
      client.query('DELETE FROM store.stock; CREATE TABLE store.left_behind ()'),
    );
    await inside('postgres', (client) => client.query('DROP DATABASE payment'));
    await inside('auth', (client) =>
      client.query(`SELECT pg_create_logical_replication_slot('auth_outbox', 'pgoutput')`),
    );
    await copyDatabases(server.url, (line) => said.push(line));
    expect(said).toEqual(serviceNames.map((name) => `copying service-${name} to a database of its own`));
    expect(await names('postgres', 'SELECT slot_name AS name FROM pg_replication_slots')).toEqual([
      'market_relay',
    ]);
    copies = await separateDatabases(server.url);
    expect(differences(before, await copies.tryOut(async (read) => contentsOf(await read())))).toEqual([]);
  });
});

describe('each copy', () => {
  test('has the schema and the publication of its service, and of no other', async () => {
    for (const name of serviceNames) {
      const database = stackDatabaseOf(name);
      const found = await names(
        database,
        `SELECT nspname AS name FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema|public$)' ORDER BY 1`,
      );
      expect(found).toEqual(['moved', services[name].schema].sort());
      expect(await names(database, 'SELECT pubname AS name FROM pg_publication')).toEqual([`${name}_outbox`]);
    }
  });

  test('knows nothing of the old log', async () => {
    for (const schema of schemas)
      for (const table of ['outbox', 'inbox', 'attempt', 'run', 'parked'])
        expect(
          await names(schema, `SELECT 'left' AS name FROM ${schema}.${table}`),
          `${schema}.${table}`,
        ).toEqual([]);
  });

  test('is taken up by the launcher as it is: no migration runs, and the service may do what it might', async () => {
    const tables = (database: string) =>
      names(
        database,
        `SELECT oid::regclass::text || relacl::text AS name FROM pg_class WHERE relkind IN ('r', 'p') AND relacl IS NOT NULL ORDER BY 1`,
      );
    const was = await Promise.all(schemas.map(tables));
    provisioned = await provision({
      adminUrl: server.url,
      password: (role) => role,
      databaseOf: stackDatabaseOf,
      forget: '',
      alongside: async () => {},
    });
    expect(await Promise.all(schemas.map(tables))).toEqual(was);

    const service = new pg.Client({ connectionString: provisioned.databases.order.url });
    await service.connect();
    await service.query('BEGIN; UPDATE orders SET version = version; DELETE FROM inbox; ROLLBACK');
    await expect(service.query('DELETE FROM order_history')).rejects.toThrow('permission denied');
    await service.end();
  });

  test('goes on counting where the original stopped', async () => {
    const [next] = await names(
      'orders',
      `SELECT nextval('orders.orders_number_seq') > max(number) AS name FROM orders.orders`,
    );
    expect(next).toBe(true);
  });
});

/** The checker’s report on the moved market after `lifeAfter`, with something wrong planted into it. */
const reportOn = ({ orders = '', store = '', payment = '', log }: Plant = {}): Promise<Report> =>
  copies.tryOut(async (read) => {
    await copies.client('orders').query(lifeAfter.orders);
    const { rows } = await copies.client('orders').query('SELECT id FROM old');
    await copies.client('store').query(lifeAfter.store(rows[0].id));
    for (const [database, sql] of Object.entries({ orders, store, payment }))
      await copies.client(database).query(sql);
    const snapshots = await read(log);
    return checkMarket((work) => work(snapshots), { waitSeconds: 0 });
  });

const violated = ({ results }: Report) =>
  results.filter(({ violations, skipped }) => violations.length > 0 || skipped).map(({ number }) => number);

describe('the checker of a moved market', () => {
  test('finds nothing wrong before anything has happened, nor when an old order is shipped and delivered', async () => {
    const still = await copies.tryOut(async (read) => {
      const snapshots = await read();
      return checkMarket((work) => work(snapshots), { waitSeconds: 0 });
    });
    expect(violated(still)).toEqual([]);
    expect(violated(await reportOn())).toEqual([]);
  });

  test.each(planted)('reports %s: %s', async (number, _, plant) => {
    expect(violated(await reportOn(plant))).toContain(number);
  });

  test('needs what the move has noted: without it half of the past is missing', async () => {
    const forgotten = 'DROP SCHEMA moved CASCADE';
    const report = await reportOn({ orders: forgotten, store: forgotten, payment: forgotten });
    expect(violated(report)).toEqual(['5b', '5c', '7', '8a']);
  });
});

test('a table that lost a row, and one in which a row is another, are told apart from those that are the same', async () => {
  const after = await copies.tryOut(async (read) => {
    await copies
      .client('orders')
      .query(
        `UPDATE orders.orders SET status = 'DELIVERED', stock = 'RESERVED', money = 'CAPTURED' WHERE id = ${anOldOrder}`,
      );
    await copies.client('store').query('DELETE FROM store.stock WHERE sold = 0');
    return contentsOf(await read());
  });
  const [stock, orders] = ['pieces of stock', 'orders'].map(
    (name) => before.find(({ what }) => what === name)?.rows,
  );
  const left = after.find(({ what }) => what === 'pieces of stock')?.rows;
  expect(left).toBeLessThan(stock as number);
  expect(differences(before, after)).toEqual([
    `pieces of stock: ${stock} before, ${left} after`,
    `orders: ${orders} as before, but not the same`,
  ]);
});

describe('in the end', () => {
  test('the copies of a move that failed go with their slots, and the original stays', async () => {
    await copies.close();
    await inside('orders', (client) =>
      client.query(`SELECT pg_create_logical_replication_slot('order_outbox', 'pgoutput')`),
    );
    await dropCopies(server.url);
    expect(
      await names(
        'postgres',
        `SELECT datname AS name FROM pg_database WHERE datname !~ '^(template|postgres)' ORDER BY 1`,
      ),
    ).toEqual(['market', 'sandbox']);
    expect(await names('postgres', 'SELECT slot_name AS name FROM pg_replication_slots')).toEqual([
      'market_relay',
    ]);
    expect(await hasOriginal(server.url)).toBe(true);
  });

  test('the original of one that came through goes with its slot and its relay’s rights; twice is once', async () => {
    await copyDatabases(server.url, () => {});
    await dropOriginal(server.url);
    await dropOriginal(server.url);
    expect(await hasOriginal(server.url)).toBe(false);
    expect(await names('postgres', 'SELECT slot_name AS name FROM pg_replication_slots')).toEqual([]);
    expect(
      await names(
        'postgres',
        `SELECT rolname AS name FROM pg_roles WHERE rolname IN ('relay', 'events_owner')`,
      ),
    ).toEqual([]);
    copies = await separateDatabases(server.url);
    expect(differences(before, await copies.tryOut(async (read) => contentsOf(await read())))).toEqual([]);
  });
});
