import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Postgres, startPostgres } from '@msa-event-market/shared-sdk/postgres';
import { startControl } from './control.js';
import { relayEnvironment, serviceEnvironments, urlsOf } from './environment.js';
import { findMarket, type MarketFile, removeMarketFile, writeMarketFile } from './market-file.js';
import type { Output } from './output.js';
import { choosePorts } from './ports.js';
import { Problem } from './problem.js';
import { provision } from './provision.js';
import { secretsIn } from './secrets.js';
import { type Supervised, supervise } from './supervise.js';
import { type ServiceName, serviceNames, services } from './topology.js';
import { waitReady } from './wait-ready.js';

export interface LaunchOptions {
  dataDir: string;
  portBase: number;
  output: Output;
  /** Tests may do without waiting for the disk: they kill processes, not the machine. */
  fsync?: boolean;
}

export interface Market {
  file: MarketFile;
  stop(): Promise<void>;
}

/** Starts everything in order, waits until all of it is ready, and stops what it started if that fails. */
export async function launch({ dataDir, portBase, output, fsync = true }: LaunchOptions): Promise<Market> {
  mkdirSync(dataDir, { recursive: true, mode: 0o755 });
  const other = findMarket(dataDir);
  if (other)
    throw new Problem(
      `A market runs on ${dataDir} already (process ${other.pids.launcher}): see npm run status`,
    );

  const stops: [string, () => Promise<unknown>][] = [];
  const stop = async () => {
    for (const [what, end] of stops.splice(0).reverse()) {
      output.say(`stopping ${what}`);
      await end();
    }
    removeMarketFile(dataDir);
  };
  try {
    return { file: await start(stops), stop };
  } catch (error) {
    await stop();
    throw error;
  }

  async function start(stops: [string, () => Promise<unknown>][]): Promise<MarketFile> {
    const secret = secretsIn(dataDir);
    const ports = await choosePorts(portBase);

    output.say('starting PostgreSQL');
    const postgres = await startPostgres({
      dataDir: path.join(dataDir, 'postgres'),
      port: ports.postgres,
      auth: 'scram',
      password: secret('postgres'),
      settings: fsync ? {} : { fsync: 'off', full_page_writes: 'off' },
      log: output.of('postgres'),
    });
    let server: Postgres = postgres;
    let stopping = false;
    stops.push([
      'PostgreSQL',
      async () => {
        stopping = true;
        await server.stop();
      },
    ]);

    output.say('creating and migrating the databases');
    const provisioned = await provision(postgres.url, secret);
    const keysFile = path.join(dataDir, 'jwt-keys.json');
    if (!existsSync(keysFile))
      execFileSync(process.execPath, [path.join(services.auth.folder, 'dist/generate-keys.js'), keysFile]);

    const env = serviceEnvironments({ ports, provisioned, keysFile, adminPassword: secret('admin') });
    const urls = { ...urlsOf(ports), relay: { admin: `http://127.0.0.1:${ports.relay}` } };
    const processes = {} as Record<'relay' | ServiceName, Supervised>;
    let published = false;
    const publish = () => {
      if (published) writeMarketFile(file());
    };
    const file = (): MarketFile => ({
      profile: 'embedded',
      dataDir,
      startedAt,
      pids: {
        launcher: process.pid,
        postgres: server.pid,
        relay: processes.relay.pid() ?? 0,
        ...(Object.fromEntries(serviceNames.map((name) => [name, processes[name].pid() ?? 0])) as Record<
          ServiceName,
          number
        >),
      },
      urls,
      databases: {
        admin: inDatabase(server.url, 'market'),
        check: provisioned.databases.order.checkUrl,
        checkSandbox: provisioned.sandbox.checkUrl,
      },
      control: { url: `http://127.0.0.1:${ports.control}`, secret: secret('control') },
      env,
    });
    const startedAt = new Date().toISOString();

    // PostgreSQL that ends unasked is started again where it was; services and relay find it by themselves.
    const watch = (running: Postgres) =>
      void running.exited.then(async () => {
        if (stopping) return;
        output.say('PostgreSQL ended, starting it again');
        server = await startPostgres({
          dataDir: path.join(dataDir, 'postgres'),
          port: running.port,
          auth: 'scram',
          password: secret('postgres'),
          settings: fsync ? {} : { fsync: 'off', full_page_writes: 'off' },
          log: output.of('postgres'),
        });
        watch(server);
        publish();
      });
    watch(postgres);

    output.say('starting the relay and the services');
    const compiled = path.dirname(fileURLToPath(import.meta.url));
    processes.relay = supervise(
      {
        name: 'relay',
        module: path.join(compiled, 'relay.js'),
        cwd: dataDir,
        env: relayEnvironment(ports, provisioned.relayUrl),
      },
      output,
      publish,
    );
    stops.push(['the relay', () => processes.relay.stop()]);
    for (const name of serviceNames) {
      const { folder } = services[name];
      const module = path.join(folder, 'dist/main.js');
      processes[name] = supervise({ name, module, cwd: folder, env: env[name] }, output, publish);
    }
    stops.push(['the services', () => Promise.all(serviceNames.map((name) => processes[name].stop()))]);
    const control = await startControl(ports.control, secret('control'), processes);
    stops.push(['the control port', () => control.close()]);

    const logOf = (name: string) => path.join(dataDir, 'logs', `${name}.log`);
    await Promise.all([
      waitReady('the relay', urls.relay.admin, processes.relay, logOf('relay')),
      ...serviceNames.map((name) =>
        waitReady(`service-${name}`, urls[name].admin, processes[name], logOf(name)),
      ),
    ]);
    published = true;
    publish();
    return file();
  }
}

function inDatabase(url: string, database: string): string {
  const inside = new URL(url);
  inside.pathname = `/${database}`;
  return inside.href;
}
