import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findBinaries } from '../../src/postgres/binaries.js';
import { type Postgres, processNote, startPostgres } from '../../src/postgres/index.js';
import { gone } from '../../src/postgres/process.js';
import { stopServer } from '../../src/postgres/stop-server.js';

let folder: string;
let dataDir: string;
let servers: Postgres[];
let launchers: ChildProcess[];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'start-postgres-'));
  await chmod(folder, 0o755);
  dataDir = path.join(folder, 'data');
  servers = [];
  launchers = [];
});

afterEach(async () => {
  for (const launcher of launchers) launcher.kill('SIGKILL');
  await Promise.all(servers.map((server) => server.stop()));
  await rm(folder, { recursive: true, force: true });
});

async function start(port = 0): Promise<Postgres> {
  const server = await startPostgres({ dataDir, port, auth: 'trust', settings: { fsync: 'off' } });
  servers.push(server);
  return server;
}

async function sql(url: string, text: string): Promise<unknown[][]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
}

async function launcher(): Promise<{ child: ChildProcess; url: string; pid: number }> {
  const program = fileURLToPath(new URL('launcher.ts', import.meta.url));
  const child = fork(program, [dataDir], { execArgv: ['--import', 'tsx'], detached: true });
  launchers.push(child);
  const [server] = (await once(child, 'message')) as [{ url: string; pid: number }];
  return { child, ...server };
}

// The launcher prints such an error as one line, by its code POSTGRES_….
describe('what cannot start says why, in one line', () => {
  test('a data folder of another major version is refused, and both versions are named', async () => {
    await mkdir(dataDir);
    await writeFile(path.join(dataDir, 'PG_VERSION'), '9\n');
    const { version } = await findBinaries();
    await expect(start()).rejects.toThrow(`made by PostgreSQL 9, and this is PostgreSQL ${version}`);
  });

  test('a folder with something else in it is refused and left alone', async () => {
    await mkdir(dataDir);
    await writeFile(path.join(dataDir, 'letter.txt'), 'dear');
    await expect(start()).rejects.toThrow('is not empty and holds no PostgreSQL data');
    expect(await readFile(path.join(dataDir, 'letter.txt'), 'utf8')).toBe('dear');
  });

  test('a taken port is named, with what PostgreSQL says of it', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const failure = await start(port).catch((error) => error);
    expect(failure.code).toBe('POSTGRES_PORT_TAKEN');
    expect(failure.message).toMatch(
      new RegExp(`Port ${port} is taken.*could not bind IPv4 address "127.0.0.1"`),
    );
    other.close();
  });

  test('scram without a password is refused before anything is written', async () => {
    await expect(startPostgres({ dataDir, port: 0, auth: 'scram' })).rejects.toThrow('needs a password');
  });

  test('the data folder of a launcher that is alive is refused, and its server goes on', async () => {
    const other = await launcher();
    await expect(start()).rejects.toThrow(`is in use: process ${other.child.pid}`);
    expect(await sql(other.url, 'SELECT 1')).toEqual([[1]]);
  });

  test('a wrong setting is quoted', async () => {
    const wrong = startPostgres({ dataDir, port: 0, auth: 'trust', settings: { wal_level: 'loud' } });
    await expect(wrong).rejects.toThrow('invalid value for parameter "wal_level": "loud"');
  });
});

describe('a server', () => {
  test('keeps its data over a restart', async () => {
    const first = await start();
    await sql(first.url, 'CREATE TABLE kept AS SELECT 42 AS n');
    await first.stop();
    expect(await sql((await start()).url, 'SELECT n FROM kept')).toEqual([[42]]);
  });

  test('asks for the password with scram', async () => {
    const server = await startPostgres({
      dataDir: path.join(folder, 'own'),
      port: 0,
      auth: 'scram',
      password: 'p@ss word',
    });
    servers.push(server);
    expect(await sql(server.url, 'SELECT 1')).toEqual([[1]]);
    await expect(sql(server.url.replace('p%40ss%20word', 'guess'), 'SELECT 1')).rejects.toThrow(
      'password authentication failed',
    );
  });

  test('listens on this machine only, and waits for the disk', async () => {
    const server = await startPostgres({ dataDir, port: 0, auth: 'trust' });
    servers.push(server);
    expect(await sql(server.url, 'SHOW fsync')).toEqual([['on']]);
    expect(await sql(server.url, 'SHOW listen_addresses')).toEqual([['127.0.0.1']]);
    expect(await sql(server.url, 'SHOW unix_socket_directories')).toEqual([['']]);
  });

  test('tells when it is gone, and comes back after a kill with what was committed', async () => {
    const server = await start();
    await sql(server.url, 'CREATE TABLE kept AS SELECT 42 AS n');
    process.kill(server.pid, 'SIGKILL');
    await server.exited;
    expect(await sql((await start()).url, 'SELECT n FROM kept')).toEqual([[42]]);
  });

  test('survives the Ctrl-C that reaches every process of the terminal', async () => {
    const { child, url } = await launcher();
    process.kill(-(child.pid as number), 'SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await sql(url, 'SELECT 1')).toEqual([[1]]);
  });

  test('stops in bounded time though a replication client does not answer', async () => {
    const said: string[] = [];
    const server = await startPostgres({
      dataDir,
      port: 0,
      auth: 'trust',
      log: (line) => said.push(line),
      settings: { fsync: 'off' },
    });
    servers.push(server);
    await sql(server.url, "SELECT pg_create_logical_replication_slot('mute', 'pgoutput')");
    await sql(server.url, 'CREATE PUBLICATION everything FOR ALL TABLES');
    const client = new pg.Client({
      connectionString: server.url,
      replication: 'database',
    } as pg.ClientConfig);
    client.on('error', () => {});
    await client.connect();
    const stream = `START_REPLICATION SLOT mute LOGICAL 0/0 (proto_version '1', publication_names 'everything')`;
    client.query(stream).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 200));
    (client as unknown as { connection: { stream: { pause(): void } } }).connection.stream.pause();
    await stopServer(server.pid, await findBinaries(), 300);
    await server.exited;
    expect(said.join('\n')).toMatch(/received fast shutdown request.*received immediate shutdown request/s);
  });
});

describe('after a launcher was killed', () => {
  test('its server stops by itself, and the next start takes up the data', async () => {
    const { child, url, pid } = await launcher();
    await sql(url, 'CREATE TABLE kept AS SELECT 42 AS n');
    child.kill('SIGKILL');
    if (process.platform !== 'win32') expect(await gone(pid, 5_000)).toBe(true);
    expect(await sql((await start()).url, 'SELECT n FROM kept')).toEqual([[42]]);
  });

  test('the next start does not wait for that: at once it works as well', async () => {
    const { child, url } = await launcher();
    await sql(url, 'CREATE TABLE kept AS SELECT 42 AS n');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await sql((await start()).url, 'SELECT n FROM kept')).toEqual([[42]]);
  });

  test('a server that still runs, its launcher long gone, is stopped by the next start', async () => {
    const { url, pid } = await launcher();
    await sql(url, 'CREATE TABLE kept AS SELECT 42 AS n');
    await writeFile(path.join(dataDir, 'started-by.json'), JSON.stringify({ pid: 2 ** 30, command: 'gone' }));
    expect(await sql((await start()).url, 'SELECT n FROM kept')).toEqual([[42]]);
    expect(await gone(pid, 0)).toBe(true);
  });

  test('so is one whose launcher is gone, and its number and command are those of another process by now', async () => {
    const { url, pid } = await launcher();
    await sql(url, 'CREATE TABLE kept AS SELECT 42 AS n');
    const other = { ...processNote(process.ppid), since: '1' };
    await writeFile(path.join(dataDir, 'started-by.json'), JSON.stringify(other));
    expect(await sql((await start()).url, 'SELECT n FROM kept')).toEqual([[42]]);
    expect(await gone(pid, 0)).toBe(true);
  });

  test('a postmaster.pid whose number belongs to another program by now is no hindrance', async () => {
    await (await start()).stop();
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await writeFile(path.join(dataDir, 'postmaster.pid'), `${other.pid}\n${dataDir}\n1\n1\n\n127.0.0.1\n`);
    expect(await sql((await start()).url, 'SELECT 1')).toEqual([[1]]);
    expect(other.exitCode).toBe(null);
    other.kill();
  });
});
