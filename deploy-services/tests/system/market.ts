import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { checkRunningMarket, type Report } from '../../local/check/check.js';
import type { MarketFile } from '../../local/market-file.js';
import { byService, type ProcessName, type ServiceName } from '../../local/topology.js';

export interface StartOptions {
  seed?: boolean;
  /** With this machine's Prometheus. */
  prometheus?: boolean;
  /** Where the data folder is made. */
  on?: string;
  /** What the tests run on by default: MARKET_PROFILE. */
  profile?: string;
  /** Settings of services, such as ORDER_DEADLINE_SECONDS. */
  env?: Record<string, string>;
}

export interface RunningMarket {
  urls: MarketFile['urls'];
  dataDir: string;
  /** The admin's password: the first admin is `admin`. */
  adminPassword: string;
  /** SIGKILL; the launcher starts it again. Resolves once another process has its place and is ready. */
  kill(name: ProcessName | 'broker'): Promise<void>;
  /** SIGSTOP and SIGCONT: a process that hangs. */
  signal(name: ProcessName | 'broker', signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void;
  /** SIGKILL of the launcher, with which everything ends, and a start on the data that it left, at other addresses. */
  crash(): Promise<void>;
  /** Stops everything in order and starts it again on the same data, at other addresses; `between` has the data alone. */
  restart(options?: string[], between?: () => Promise<unknown>): Promise<void>;
  /** What the launcher said of late. */
  said(): string;
  file(): MarketFile;
  /** In the database of a service, as a superuser; its tables are in its schema. */
  sql<R extends pg.QueryResultRow>(service: ServiceName, text: string, values?: unknown[]): Promise<R[]>;
  /** Every invariant, at rest; throws when the market does not come to rest. */
  check(waitSeconds?: number): Promise<Report>;
  stop(): Promise<void>;
}

const door = fileURLToPath(new URL('../../local/market.mjs', import.meta.url));

/** A market of its own on free ports and a temporary folder, started as a user would start it. */
export async function startMarket({
  seed = false,
  prometheus = false,
  on = tmpdir(),
  profile = process.env.MARKET_PROFILE ?? 'embedded',
  env = {},
}: StartOptions = {}): Promise<RunningMarket> {
  const dataDir = mkdtempSync(path.join(on, 'market-system-'));
  const options = ['--json', '--port-base', '0', '--data-dir', dataDir, '--profile', profile, '--no-fsync'];
  const file = (): MarketFile => JSON.parse(readFileSync(path.join(dataDir, 'market.json'), 'utf8'));
  let said = '';
  let running = await launch(seed ? [] : ['--no-seed']);

  async function launch(more: string[]) {
    const all = [...options, ...(prometheus ? [] : ['--no-prometheus']), ...more];
    const launcher = spawn(process.execPath, [door, 'start', ...all], {
      env: { ...process.env, LOG_LEVEL: 'warn', ...env },
      // With a channel: it stops when the run of the tests ends, however that comes.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const { stdout, stderr } = launcher as ChildProcessByStdio<null, Readable, Readable>;
    stderr.on('data', (chunk) => {
      said = (said + chunk).slice(-10_000);
    });
    const ready = once(createInterface(stdout), 'line');
    const ended = once(launcher, 'exit').then(() => {
      throw new Error(`the market could not be started:\n${said}`);
    });
    ended.catch(() => {});
    await Promise.race([ready, ended]);
    const { urls, databases } = file();
    const pools = byService((name) => {
      const pool = new pg.Pool({
        connectionString: databases.admin[name],
        max: 2,
        connectionTimeoutMillis: 10_000,
      });
      return pool.on('error', () => {}); // PostgreSQL is killed on purpose
    });
    return {
      urls,
      pools,
      async end(signal: 'SIGINT' | 'SIGKILL') {
        launcher.kill(signal);
        if (launcher.exitCode === null && launcher.signalCode === null) await once(launcher, 'exit');
        await Promise.all(Object.values(pools).map((pool) => pool.end()));
      },
    };
  }

  const signal = (name: ProcessName | 'broker', signal: NodeJS.Signals) => {
    const pid = file().pids[name];
    if (!pid) throw new Error(`${name} does not run`); // to kill 0 would mean us
    process.kill(pid, signal);
  };
  return {
    get urls() {
      return running.urls;
    },
    dataDir,
    adminPassword: file().env.auth.ADMIN_PASSWORD as string,
    signal,
    said: () => said,
    file,
    async kill(name) {
      const before = file().pids[name];
      signal(name, 'SIGKILL');
      await eventually(async () => {
        const now = file().pids[name];
        if (now === before || now === 0) throw new Error(`${name} was not started again`);
        if (name === 'broker') return brokerAnswers(file());
        const { urls, pools } = running;
        if (name !== 'postgres') {
          const ready = name === 'relay' ? urls.relay.ready : `${urls[name].admin}/healthz/ready`;
          const { status } = await fetch(ready);
          if (status !== 200) throw new Error(`${name} is not ready`);
        } else await pools.order.query('SELECT 1');
      }, 30_000);
    },
    async crash() {
      await running.end('SIGKILL');
      running = await launch(['--no-seed']);
    },
    async restart(more = [], between) {
      await running.end('SIGINT');
      await between?.();
      running = await launch(['--no-seed', ...more]);
    },
    async sql<R extends pg.QueryResultRow>(service: ServiceName, text: string, values: unknown[] = []) {
      return (await running.pools[service].query<R>(text, values)).rows;
    },
    check: (waitSeconds = 120) => checkRunningMarket(file(), { waitSeconds }),
    async stop() {
      await running.end('SIGINT');
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function brokerAnswers({ log }: MarketFile): Promise<void> {
  if (log.kind !== 'kafka') throw new Error('there is no broker on this profile');
  const { kafkaAt } = await import('../../local/stack/topics.js');
  const admin = kafkaAt(log.broker).admin();
  await admin.connect();
  await admin.disconnect();
}

/** Repeats `attempt` until it does not throw; its last error is thrown when time is up. */
export async function eventually<T>(attempt: () => Promise<T>, withinMs = 15_000): Promise<T> {
  const until = Date.now() + withinMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > until) throw error;
      await sleep(50);
    }
  }
}
