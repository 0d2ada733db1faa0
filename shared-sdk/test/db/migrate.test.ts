import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../../src/db/index.js';
import type { TestDatabase } from '../../src/testing/index.js';
import { tallyDatabase } from '../fixtures/tally.js';

let t: TestDatabase;
let directory: string;
const schema = 'probe';
beforeAll(async () => {
  t = await tallyDatabase();
});
afterAll(() => t.drop());
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'migrations-'));
  await writeFile(path.join(directory, 'package.json'), '{"type":"module"}');
  await t.admin.query({ text: `CREATE SCHEMA ${schema} AUTHORIZATION tally_owner` });
});
afterEach(async () => {
  await rm(directory, { recursive: true });
  await t.admin.query({ text: `DROP SCHEMA ${schema} CASCADE` });
});

const write = (name: string, sql: string) =>
  writeFile(
    path.join(directory, name),
    `export const up = (knex) => knex.raw(${JSON.stringify(sql)});\nexport const down = () => {};\n`,
  );
const run = (log?: (line: string) => void) => migrate({ url: t.ownerUrl, directory, schema, log });
const tables = async () =>
  (
    await t.admin.query<{ name: string }>({
      text: `SELECT tablename::text AS name FROM pg_tables WHERE schemaname = $1 AND tablename NOT LIKE 'knex%' ORDER BY 1`,
      values: [schema],
    })
  ).rows.map(({ name }) => name);

describe('a migration', () => {
  it('that fails is undone as a whole, and runs again when it is mended', async () => {
    await write('0001_first.js', 'CREATE TABLE first ()');
    await write('0002_second.js', 'CREATE TABLE second (); SELECT 1/0');
    await expect(run()).rejects.toThrow('division by zero');
    expect(await tables()).toEqual([]);
    await write('0002_second.js', 'CREATE TABLE second ()');
    // Node keeps a module that it has loaded, so the mended one is read by another process, as it would be.
    const mended = fork(program, [t.ownerUrl, directory, schema]);
    expect(await once(mended, 'exit')).toEqual([0, null]);
    expect(await tables()).toEqual(['first', 'second']);
  });

  it('runs once, though several processes start it at the same time', async () => {
    await write('0001_first.js', 'CREATE TABLE first (); SELECT pg_sleep(0.2)');
    await write('0002_second.js', 'CREATE TABLE second ()');
    const ran = await Promise.all([run(), run(), run()]);
    expect(ran.map((names) => names.length).sort()).toEqual([0, 0, 2]);
    expect(await tables()).toEqual(['first', 'second']);
  });

  it('that is killed in the middle leaves no lock and no half of its work', async () => {
    await t.admin.query({
      text: `CREATE TABLE tally.nap (seconds int); INSERT INTO tally.nap VALUES (600); GRANT ALL ON tally.nap TO tally_owner`,
    });
    await write('0001_first.js', 'CREATE TABLE first (); SELECT pg_sleep((SELECT seconds FROM tally.nap))');
    const child = fork(program, [t.ownerUrl, directory, schema]);
    const sleeping = {
      text: `SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()`,
    };
    await expect.poll(async () => (await t.admin.query(sleeping)).rowCount, { timeout: 10_000 }).toBe(1);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await t.admin.query({ text: 'UPDATE tally.nap SET seconds = 0' });
    expect(await run()).toEqual(['0001_first.js']);
    expect(await tables()).toEqual(['first']);
  }, 20_000);

  it('that is done runs no more, and what is new runs alone', async () => {
    await write('0001_first.js', 'CREATE TABLE first ()');
    const lines: string[] = [];
    expect(await run((line) => lines.push(line))).toEqual(['0001_first.js']);
    expect(await run()).toEqual([]);
    await write('0002_second.js', 'CREATE TABLE second ()');
    expect(await run()).toEqual(['0002_second.js']);
    expect(lines).toEqual(['probe: 0001_first.js']);
  });

  it('is refused when one that ran is missing, since the folder is then another version', async () => {
    await write('0001_first.js', 'CREATE TABLE first ()');
    await run();
    await rm(path.join(directory, '0001_first.js'));
    await write('0002_second.js', 'CREATE TABLE second ()');
    await expect(run()).rejects.toThrow('corrupt');
  });
});

const program = fileURLToPath(new URL('../fixtures/migrate-main.mjs', import.meta.url));
