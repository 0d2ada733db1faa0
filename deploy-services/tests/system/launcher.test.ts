import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { commandOf, startPostgres } from '@msa-event-market/shared-sdk/postgres';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MarketFile } from '../../local/market-file.js';
import { choosePorts } from '../../local/ports.js';
import { hasPrometheus } from '../../local/prometheus.js';
import { serviceNames, services } from '../../local/topology.js';
import { eventually } from './market.js';

// One data folder and one block of ports for all of these: the tests tell what happens to them one after the other.
const door = fileURLToPath(new URL('../../local/market.mjs', import.meta.url));
const dataDir = mkdtempSync(path.join(tmpdir(), 'market-launcher-'));
const user = {
  loginId: 'keeps',
  password: 'a-long-enough-one',
  role: 'user',
  phone: '+49 30 23125 001',
  email: 'k@market.example',
};
let base: number;
const launchers: ChildProcess[] = [];

beforeAll(async () => {
  for (
    base = 21_000;
    !(await choosePorts(base, { profile: stack ? 'stack' : 'embedded' }).catch(() => undefined));
    base += 100
  );
});

afterAll(() => {
  for (const launcher of launchers) launcher.kill('SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
});

function run(command: string, ...args: string[]) {
  const options = { env: { ...process.env, LOG_LEVEL: 'warn' }, detached: true };
  const child = spawn(process.execPath, [door, command, '--data-dir', dataDir, ...args], options);
  launchers.push(child);
  const lines = { stdout: [] as string[], stderr: [] as string[] };
  for (const name of ['stdout', 'stderr'] as const) {
    createInterface(child[name]).on('line', (line) => lines[name].push(line));
  }
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  return { child, ...lines, ended };
}

type Running = ReturnType<typeof run>;

async function start(
  ...args: string[]
): Promise<Running & { ready: { urls: MarketFile['urls']; pids: MarketFile['pids'] } }> {
  const profile = ['--profile', stack ? 'stack' : 'embedded'];
  const options = ['--port-base', String(base), '--no-seed', '--no-fsync', '--json'];
  const running = run('start', ...profile, ...options, ...args);
  const first = await Promise.race([once(running.child.stdout, 'data'), running.ended]);
  if (!Array.isArray(first)) throw new Error(`did not start:\n${running.stderr.join('\n')}`);
  return { ...running, ready: JSON.parse(running.stdout[0] as string) };
}

const marketFile = (): MarketFile => JSON.parse(readFileSync(path.join(dataDir, 'market.json'), 'utf8'));
const alive = (pids: object) => Object.values(pids).filter((pid) => commandOf(pid) !== undefined);
/** What is there as well where this machine has a Prometheus. */
const watched = (what: string) => (hasPrometheus() ? [what] : []);
const stack = process.env.MARKET_PROFILE === 'stack';
const modeOf = (file: string) => (statSync(path.join(dataDir, file)).mode & 0o777).toString(8);

const login = () =>
  fetch(`http://127.0.0.1:${base + 10}/v1/tokens/login`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${user.loginId}:${user.password}`).toString('base64')}` },
  }).then(({ status }) => status);

describe('a market', () => {
  let market: Awaited<ReturnType<typeof start>>;
  let orders: string;
  beforeAll(async () => {
    market = await start();
    orders = marketFile().databases.admin.order;
  });

  test('says that it is ready in one line of JSON, at the documented ports', () => {
    expect(market.stdout).toHaveLength(1);
    expect(market.ready.urls.order).toEqual({
      http: `http://127.0.0.1:${base + 30}`,
      grpc: `127.0.0.1:${base + 31}`,
      admin: `http://127.0.0.1:${base + 32}`,
    });
    expect(Object.keys(market.ready.pids).sort()).toEqual([
      'auth',
      ...(stack ? ['broker'] : []),
      'launcher',
      'order',
      'payment',
      'postgres',
      ...watched('prometheus'),
      'relay',
      'store',
    ]);
    expect(alive(market.ready.pids)).toHaveLength(Object.keys(market.ready.pids).length);
  });

  test('has no shop in it, as it was told', async () => {
    const response = await fetch(`${market.ready.urls.store.http}/v1/stores`);
    expect(await response.json()).toMatchObject({ stores: [], metadata: { total: 0 } });
  });

  test('shows its secrets to its owner only, and on no command line', () => {
    const files = ['market.json', 'secrets.json', 'jwt-keys.json'];
    expect(files.map(modeOf)).toEqual(['600', '600', '600']);
    const secrets = Object.values(
      JSON.parse(readFileSync(path.join(dataDir, 'secrets.json'), 'utf8')),
    ) as string[];
    const commands = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
    expect(secrets.length).toBeGreaterThan(5);
    expect(secrets.filter((secret) => commands.includes(secret))).toEqual([]);
  });

  test('listens on this machine only', async () => {
    const reached = await new Promise((resolve) => {
      // 127.0.0.2 is this machine too, but not the address that was asked for.
      const socket = connect(base + 10, '127.0.0.2');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    expect(reached).toBe(false);
  });

  test('keeps its data folder to itself, and is not forgotten while it runs', async () => {
    const second = run('start', '--port-base', '0');
    expect(await second.ended).toBe(1);
    expect(second.stderr.at(-1)).toContain(
      `A market runs on ${dataDir} already (process ${market.child.pid})`,
    );
    const reset = run('reset');
    expect(await reset.ended).toBe(1);
    expect(reset.stderr.at(-1)).toContain('stop it first');
  });

  test('tells how it is', async () => {
    const status = run('status');
    expect(await status.ended, status.stdout.join('\n')).toBe(0);
    const lines = status.stdout.map((line) => line.trim());
    expect(lines.filter((line) => line.startsWith('DOWN'))).toEqual([]);
    const processes = [
      'PostgreSQL',
      ...(stack ? ['Kafka', 'Kafka Connect'] : ['relay']),
      ...watched('Prometheus'),
    ];
    for (const name of [...processes, ...serviceNames.map((service) => `service-${service}`)])
      expect(lines).toContainEqual(expect.stringMatching(`^up +${name} +process \\d+`));
    if (!stack) return;
    expect(lines).toContainEqual(expect.stringMatching(/^up +connector order +RUNNING, task RUNNING$/));
    expect(lines).toContainEqual(expect.stringMatching(/^up +slot order_outbox +read, .* MB behind/));
    expect(lines).toContainEqual(expect.stringMatching(/^up +group order.saga +1 member, 0 events behind$/));
  });

  test('is checked by a command that says what it compared', async () => {
    const check = run('check');
    expect(await check.ended, check.stdout.join('\n')).toBe(0);
    expect(check.stdout.filter((line) => /^(WRONG|SKIPPED)/.test(line))).toEqual([]);
    expect(check.stdout.filter((line) => line.startsWith('right')).length).toBeGreaterThan(20);
    expect(check.stdout.at(-1)).toMatch(/^All \d+ invariants hold\.$/);
  });

  test('leaves a place to a service that runs from source, and takes it back when that is killed', async () => {
    const before = marketFile().pids.auth;
    const dev = run('dev', 'auth');
    await expect.poll(() => dev.stderr.join('\n'), { timeout: 20_000 }).toContain('runs from');
    await expect.poll(() => commandOf(before)).toBe(undefined);
    await eventually(async () =>
      expect((await fetch(`${market.ready.urls.auth.http}/healthz`)).status).toBe(200),
    );
    expect(commandOf(marketFile().pids.auth)).toBe(undefined);
    // As most editors save, and git: another file in its place. Then in place, to the time that it had: nothing has
    // changed for anybody else.
    const source = path.join(services.auth.folder, 'src/app.ts');
    const { atime, mtime } = statSync(source);
    const changes = () => dev.stderr.filter((line) => line.includes('app.ts has changed, starting again'));
    copyFileSync(source, `${source}.draft`);
    renameSync(`${source}.draft`, source);
    await expect.poll(changes, { timeout: 20_000 }).toHaveLength(1);
    utimesSync(source, atime, mtime);
    await expect.poll(changes, { timeout: 20_000 }).toHaveLength(2);
    await eventually(async () =>
      expect((await fetch(`${market.ready.urls.auth.http}/healthz`)).status).toBe(200),
    );
    dev.child.kill('SIGKILL');
    await expect.poll(() => alive({ pid: marketFile().pids.auth }), { timeout: 20_000 }).toHaveLength(1);
    await eventually(async () =>
      expect((await fetch(`${market.ready.urls.auth.admin}/healthz/ready`)).status).toBe(200),
    );
  });

  test('starts again at once after its launcher was killed, with its data', async () => {
    const { urls } = market.ready;
    const headers = { 'content-type': 'application/json' };
    const created = await fetch(`${urls.auth.http}/v1/users`, {
      method: 'POST',
      headers,
      body: JSON.stringify(user),
    });
    expect(created.status).toBe(201);
    const { pids } = marketFile();
    market.child.kill('SIGKILL');
    await market.ended;
    market = await start();
    expect(alive(pids)).toEqual([]);
    expect(await login()).toBe(200);
  });

  test('ends in order and leaves nothing at a Ctrl-C, which reaches every process of the terminal', async () => {
    const { pids } = marketFile();
    process.kill(-(market.child.pid as number), 'SIGINT');
    expect(await market.ended).toBe(0);
    expect(alive(pids)).toEqual([]);
    expect(market.stderr.filter((line) => line.startsWith('stopping'))).toEqual([
      'stopping; once more ends everything at once',
      ...watched('stopping Prometheus'),
      'stopping the control port',
      'stopping the services',
      ...(stack
        ? ['stopping Kafka Connect', 'stopping PostgreSQL', 'stopping Kafka']
        : ['stopping the relay', 'stopping PostgreSQL']),
    ]);
    expect(existsSync(path.join(dataDir, 'market.json'))).toBe(false);
    await expect(choosePorts(base)).resolves.toBeDefined();
  });

  test('is left alone by another version of this checkout, in one line', async () => {
    const connectionString = orders;
    const server = await startPostgres({
      dataDir: path.join(dataDir, 'postgres'),
      port: base,
      auth: 'scram',
      password: new URL(connectionString).password,
    });
    const client = new pg.Client({ connectionString });
    await client.connect();
    await client.query(
      `INSERT INTO orders.knex_migrations (name, batch, migration_time) VALUES ('of-another-version.js', 9, now())`,
    );
    await client.end();
    await server.stop();
    const other = run('start', '--port-base', '0', '--profile', stack ? 'stack' : 'embedded');
    expect(await other.ended).toBe(1);
    expect(other.stderr.at(-1)).toBe(
      `The data of orders was made by another version of this checkout. Go back to that one, or forget the data: npm run reset -- --data-dir ${dataDir}`,
    );
  });

  test('is left alone by a PostgreSQL of another version, in one line', async () => {
    const version = path.join(dataDir, 'postgres', 'PG_VERSION');
    const right = readFileSync(version, 'utf8');
    writeFileSync(version, '9.6\n');
    const other = run('start', '--port-base', '0', '--profile', stack ? 'stack' : 'embedded');
    expect(await other.ended).toBe(1);
    expect(other.stderr.at(-1)).toMatch(/9\.6/);
    writeFileSync(version, right);
  });

  test('belongs to the profile that made it', async () => {
    const other = run('start', '--port-base', '0', '--profile', stack ? 'embedded' : 'stack');
    expect(await other.ended).toBe(1);
    expect(other.stderr.at(-1)).toContain(`is of the profile "${stack ? 'stack' : 'embedded'}"`);
  });

  test('is forgotten by reset', async () => {
    const reset = run('reset');
    expect(await reset.ended).toBe(0);
    expect(readdirSync(dataDir)).toEqual([]);
  });
});
