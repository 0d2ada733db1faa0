import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { migrate } from '@msa-event-market/shared-sdk/db';
import { createServiceDatabase, startPostgres } from '@msa-event-market/shared-sdk/postgres';
import pg from 'pg';
import { serviceNames, services } from '../../local/topology.js';
import { canMeasureCpu, cpuOf, difference, secondsOfEndedChildren } from './cpu.js';

export interface PgbenchResult {
  clients: number;
  ordersPerSecond: number;
  /** PostgreSQL and pgbench, per order. */
  cpuMicros: { postgres: number; pgbench: number } | undefined;
  /** Cores that everything else on the machine used meanwhile. */
  otherCores: number | undefined;
}

const products = 208; // as many as the seeded catalogue has
const scripts = fileURLToPath(new URL('pgbench/', import.meta.url));
const debian = '/usr/lib/postgresql';

/** pgbench of PostgreSQL's client tools, which the npm package does not contain; undefined when there is none. */
export function findPgbench(): string | undefined {
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  return [...versions.map((version) => path.join(debian, version, 'bin/pgbench')), 'pgbench'].find(
    (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0,
  );
}

/**
 * The saga's statements, one order at a time, without any service: on a server as the market has it, in tables as
 * the services' migrations make them. `pipelined` sends each transaction in one round trip.
 */
export async function runPgbench(
  program: string,
  { dataDir, seconds, clients }: { dataDir: string; seconds: number; clients: number[] },
  say: (line: string) => void,
): Promise<Record<'plain' | 'pipelined', PgbenchResult[]>> {
  const server = await startPostgres({ dataDir: path.join(dataDir, 'pgbench'), port: 0, auth: 'trust' });
  try {
    const url = await prepareDatabase(server.url);
    const saga = path.join(scripts, 'saga.sql');
    const inOneTrip = path.join(dataDir, 'saga-pipelined.sql');
    writeFileSync(
      inOneTrip,
      readFileSync(saga, 'utf8')
        .replaceAll(/^BEGIN;/gm, '\\startpipeline\nBEGIN;')
        .replaceAll(/^COMMIT;/gm, 'COMMIT;\n\\endpipeline'),
    );
    const results: Record<'plain' | 'pipelined', PgbenchResult[]> = { plain: [], pipelined: [] };
    await run(saga, clients[0] ?? 1, 2); // warm
    for (const count of clients) {
      say(`pgbench: ${count} clients, ${seconds} s, and as long with one round trip a transaction`);
      results.plain.push(await run(saga, count, seconds));
      results.pipelined.push(await run(inOneTrip, count, seconds));
    }
    return results;

    async function run(script: string, count: number, forSeconds: number): Promise<PgbenchResult> {
      const cpu = () =>
        canMeasureCpu
          ? {
              ...cpuOf({ postgres: server.pid }),
              pgbench: secondsOfEndedChildren(),
              clock: performance.now() / 1_000,
            }
          : undefined;
      const before = cpu();
      const said = await output(program, [
        ...['-n', '-M', 'prepared', '-T', `${forSeconds}`, '-c', `${count}`, '-j', `${Math.min(count, 2)}`],
        ...['-D', `products=${products}`, '-f', script, url],
      ]);
      const after = cpu();
      const orders = Number(/transactions actually processed: (\d+)/.exec(said)?.[1] ?? 0);
      const failed = Number(/failed transactions: (\d+)/.exec(said)?.[1] ?? 0);
      if (orders === 0 || failed > 0) throw new Error(`pgbench failed:\n${said.slice(0, 2_000)}`);
      const used = before && after && difference(before, after);
      return {
        clients: count,
        ordersPerSecond: Number(/tps = ([\d.]+)/.exec(said)?.[1]),
        cpuMicros: used && {
          postgres: ((used.postgres ?? 0) * 1e6) / orders,
          pgbench: ((used.pgbench ?? 0) * 1e6) / orders,
        },
        otherCores:
          used && ((used.machine ?? 0) - (used.postgres ?? 0) - (used.pgbench ?? 0)) / (used.clock ?? 1),
      };
    }
  } finally {
    await server.stop();
  }
}

/** The tables of all services in one database, with products to order. The provider's book is one of them here. */
async function prepareDatabase(adminUrl: string): Promise<string> {
  const database = 'market';
  const folders = {
    sandbox: path.join(services.payment.folder, 'migrations-sandbox'),
    ...Object.fromEntries(
      serviceNames.map((name) => [services[name].schema, path.join(services[name].folder, 'migrations')]),
    ),
  };
  for (const [schema, directory] of Object.entries(folders)) {
    const { ownerUrl } = await createServiceDatabase({ adminUrl, database, schema });
    await migrate({ url: ownerUrl, schema, directory });
  }
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    const seed = readFileSync(path.join(scripts, 'seed.sql'), 'utf8').replaceAll(':products', `${products}`);
    for (const statement of seed.split(/;\n/)) if (statement.trim()) await client.query(statement);
  } finally {
    await client.end();
  }
  return url.href;
}

async function output(program: string, args: string[]): Promise<string> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const hear = (chunk: Buffer) => {
    said += chunk;
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`pgbench failed:\n${said.slice(0, 2_000)}`);
  return said;
}
