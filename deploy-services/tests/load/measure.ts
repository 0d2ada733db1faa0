import { availableParallelism, cpus } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ProfileName, serviceNames } from '../../local/topology.js';
import { canMeasureCpu, cpuOf, difference, residentMiB } from './cpu.js';
import { type OwnMarket, startOwnMarket } from './own-market.js';
import { findPgbench, type PgbenchResult, runPgbench } from './pgbench.js';
import type { Shopping } from './shoppers.js';

export interface Throughput {
  connections: number;
  confirmedPerSecond: number;
  placed: number;
  confirmed: number;
  refused: number;
  failed: number;
  failures: string[];
  /** Microseconds of CPU per confirmed order, by process; `load` is this program. */
  cpuMicros: Record<string, number> | undefined;
  /** Cores that everything else on the machine used meanwhile. */
  otherCores: number | undefined;
}

export interface Latency {
  ordersPerSecond: number;
  orders: number;
  failed: number;
  p50Ms: number;
  p99Ms: number;
}

/** What one profile of the market did. */
export interface MarketFigures {
  throughput: Throughput;
  latency: Latency[];
  firstOrderSeconds: { freshData: number; secondStart: number };
  /** MiB by process. */
  memory: { atRest: Record<string, number>; afterLoad: Record<string, number> } | undefined;
  check: { ok: boolean; invariants: number; violated: string[] };
}

export interface Figures {
  at: string;
  machine: { cpu: string; cores: number; os: string; node: string; postgres: string };
  seconds: number;
  markets: Partial<Record<ProfileName, MarketFigures>>;
  pgbench: Record<'plain' | 'pipelined', PgbenchResult[]> | undefined;
}

export interface Measuring {
  profiles: readonly ProfileName[];
  dataDir: string;
  seconds: number;
  say(line: string): void;
  /** What is running and would have to be stopped. */
  running: Set<() => Promise<void>>;
}

const connections = 32;
const rates = [10, 50, 200];
const pgbenchClients = [8, 32];
/** V8 gives back what the seed has left behind within half a minute. */
const restSeconds = 30;
/** What has just started runs code that is not compiled yet, at twice the CPU per order. */
const warmUpSeconds = 15;

export async function measure(measuring: Measuring): Promise<Figures> {
  const { profiles, dataDir, seconds, say } = measuring;
  const markets: Figures['markets'] = {};
  let postgres = '';
  for (const profile of profiles) {
    const tell = (line: string) => say(`${profile}: ${line}`);
    markets[profile] = await measureMarket(profile, { ...measuring, say: tell }, (version) => {
      postgres = version;
    });
  }
  const program = findPgbench();
  return {
    at: new Date().toISOString(),
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: availableParallelism(),
      os: `${process.platform} ${process.arch}`,
      node: process.version,
      postgres,
    },
    seconds,
    markets,
    pgbench: program
      ? await runPgbench(program, { dataDir, seconds, clients: pgbenchClients }, say)
      : undefined,
  };
}

async function measureMarket(
  profile: ProfileName,
  { dataDir, seconds, say, running }: Measuring,
  onVersion: (version: string) => void,
): Promise<MarketFigures> {
  const start = async () => {
    const market = await startOwnMarket(profile, path.join(dataDir, profile));
    running.add(market.stop);
    return market;
  };
  const stop = async (market: OwnMarket) => {
    await market.stop();
    running.delete(market.stop);
  };

  say('starting a market on fresh data');
  const fresh = await start();
  const [row] = await fresh.sql<{ v: string }>('order', `SELECT current_setting('server_version') AS v`);
  onVersion(row?.v ?? '');
  say(`first order after ${fresh.firstOrderSeconds.toFixed(1)} s; ${restSeconds} s of rest`);
  await sleep(restSeconds * 1_000);
  const atRest = memoryOf(fresh);
  const throughput = await measureThroughput(fresh, seconds, say);
  const latency: Latency[] = [];
  for (const rate of rates) latency.push(await measureLatency(fresh, rate, seconds, say));
  const afterLoad = memoryOf(fresh);
  say('checking the invariants');
  const { ok, results } = await fresh.check();
  await stop(fresh);

  say('starting again on the same data');
  const second = await start();
  await stop(second);
  return {
    throughput,
    latency,
    firstOrderSeconds: { freshData: fresh.firstOrderSeconds, secondStart: second.firstOrderSeconds },
    memory: atRest && afterLoad && { atRest, afterLoad },
    check: {
      ok,
      invariants: results.length,
      violated: results
        .filter(({ violations, skipped }) => violations.length > 0 || skipped)
        .map(({ number, title }) => `${number} ${title}`),
    },
  };
}

async function measureThroughput(
  market: OwnMarket,
  seconds: number,
  say: (line: string) => void,
): Promise<Throughput> {
  say(`warming up, then ${connections} connections for ${seconds} s`);
  const { closedLoop } = await market.shoppers();
  await closedLoop(connections, Math.min(warmUpSeconds, 2 * seconds));
  await market.drained();

  const since = await now(market);
  const cpu = () =>
    canMeasureCpu
      ? { ...cpuOf(market.file.pids), load: ownCpuSeconds(), clock: performance.now() / 1_000 }
      : undefined;
  const before = cpu();
  const shopping = await closedLoop(connections, seconds);
  await market.drained();
  const after = cpu();

  const [row] = await market.sql<{ confirmed: number; seconds: number }>(
    'order',
    `SELECT count(*)::int AS confirmed, extract(epoch FROM max(h.at) - min(o.created_at))::float8 AS seconds
     FROM orders.orders o JOIN orders.order_history h ON h.order_id = o.id AND h.message = 'OrderConfirmed'
     WHERE o.created_at > $1`,
    [since],
  );
  const { confirmed = 0, seconds: took = 0 } = row ?? {};
  const used = before && after && difference(before, after);
  const { machine = 0, clock = 0, ...byProcess } = used ?? {};
  const sum = Object.values(byProcess).reduce((all, one) => all + one, 0);
  return {
    connections,
    confirmedPerSecond: confirmed / took,
    confirmed,
    ...counts(shopping),
    cpuMicros:
      used && Object.fromEntries(Object.entries(byProcess).map(([name, s]) => [name, (s * 1e6) / confirmed])),
    otherCores: used && (machine - sum) / clock,
  };
}

async function measureLatency(
  market: OwnMarket,
  ordersPerSecond: number,
  seconds: number,
  say: (line: string) => void,
): Promise<Latency> {
  say(`${ordersPerSecond} orders/s for ${seconds} s`);
  const { openLoop } = await market.shoppers();
  await openLoop(ordersPerSecond, 1); // the connections are there
  await market.drained();
  const since = await now(market);
  const { failed, refused } = await openLoop(ordersPerSecond, seconds);
  await market.drained();
  const [row] = await market.sql<{ orders: number; p: number[] }>(
    'order',
    `SELECT count(*)::int AS orders, percentile_cont(ARRAY[0.5, 0.99]) WITHIN GROUP (ORDER BY extract(epoch FROM h.at - o.created_at) * 1000) AS p
     FROM orders.orders o JOIN orders.order_history h ON h.order_id = o.id AND h.message = 'OrderConfirmed'
     WHERE o.created_at > $1`,
    [since],
  );
  const { orders = 0, p: [p50Ms = 0, p99Ms = 0] = [] } = row ?? {};
  return { ordersPerSecond, orders, failed: failed + refused, p50Ms, p99Ms };
}

const counts = ({ placed, refused, failed, failures }: Shopping) => ({ placed, refused, failed, failures });

const now = async (market: OwnMarket): Promise<Date> =>
  (await market.sql<{ now: Date }>('order', 'SELECT clock_timestamp() AS now'))[0]?.now as Date;

function ownCpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function memoryOf({ file: { pids } }: OwnMarket): Record<string, number> | undefined {
  if (!canMeasureCpu) return undefined;
  const processes = [...serviceNames, 'relay', 'broker', 'launcher'] as const;
  return Object.fromEntries(
    processes.flatMap((name) => (pids[name] ? [[name, residentMiB(pids[name])]] : [])),
  );
}
