import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { startControl } from './control.js';
import { isFull } from './disk.js';
import { endWhatIsLeft } from './end-what-is-left.js';
import { serviceEnvironments, urlsOf } from './environment.js';
import { aborted } from './interrupted.js';
import type { MarketFile } from './market-file.js';
import { typed } from './options.js';
import type { Output } from './output.js';
import { choosePorts } from './ports.js';
import { runPostgres } from './postgres.js';
import { transportOf } from './profiles.js';
import { hasPrometheus, startPrometheus } from './prometheus.js';
import { inDatabase, provision } from './provision.js';
import { secretsIn } from './secrets.js';
import { type Supervised, supervise } from './supervise.js';
import { byService, type ProfileName, type ServiceName, serviceNames, services } from './topology.js';
import { waitReady } from './wait-ready.js';

export interface RunOptions {
  profile: ProfileName;
  /** The way out when a replication slot is lost. */
  repairSlots?: boolean;
  /** The way out when events are gone that somebody has not read, or a topic has too few partitions. */
  repairTopics?: boolean;
  /** Let this machine's Prometheus watch, when it has one. */
  prometheus?: boolean;
  dataDir: string;
  /** 0 takes free ports, which nobody knows who is not told. */
  portBase: number;
  output: Output;
  /** Tests may do without waiting for the disk: they kill processes, not the machine. */
  fsync?: boolean;
  /** Aborted, the start is given up, and what it had started is stopped. */
  signal?: AbortSignal;
  /** Whoever ran this data folder last did not stop in order. */
  lastWasKilled: boolean;
  /** Told where everything is, once it is ready and whenever a process was started again. */
  onChange?(market: MarketFile): void;
}

/** Children of a killed launcher end by themselves, but may finish what they were doing. */
const patienceMs = 30_000;

export interface RunningMarket {
  file: MarketFile;
  /** Stops all that writes to the databases, and leaves PostgreSQL. */
  standStill(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts everything in order, waits until all of it is ready, and stops what it started if that fails. */
export async function runMarket({
  profile,
  repairSlots = false,
  repairTopics = false,
  prometheus: wantsPrometheus = false,
  dataDir,
  portBase,
  output,
  fsync = true,
  signal = new AbortController().signal,
  lastWasKilled,
  onChange = () => {},
}: RunOptions): Promise<RunningMarket> {
  const stops: [string, () => Promise<unknown>][] = [];
  /** All of it, whatever one of them says. */
  const stopFrom = async (first: number) => {
    const failed: unknown[] = [];
    for (const [what, end] of stops.splice(first).reverse()) {
      output.say(`stopping ${what}`);
      await end().catch((error) => failed.push(error));
    }
    if (failed.length > 0) throw failed[0];
  };
  const stop = () => stopFrom(0);
  const standStill = () => stopFrom(stops.findIndex(([what]) => what === 'PostgreSQL') + 1);
  try {
    return { file: await start(stops), standStill, stop };
  } catch (error) {
    // Why it could not be started is what somebody wants to know.
    await stop().catch((other: Error) => output.say(other.message));
    throw error;
  }

  async function start(stops: [string, () => Promise<unknown>][]): Promise<MarketFile> {
    const secret = secretsIn(dataDir);
    if (lastWasKilled) output.say('the last launcher was killed: waiting until what it left has ended');
    await endWhatIsLeft(dataDir, output);
    const watched = wantsPrometheus && hasPrometheus();
    const ports = await choosePorts(portBase, {
      profile,
      prometheus: watched,
      patienceMs: lastWasKilled ? patienceMs : 0,
    });
    if (watched && !ports.prometheus)
      output.say('without Prometheus, whose port is taken by another program');
    let published = false;
    const publish = () => {
      try {
        if (published) onChange(file());
      } catch (error) {
        // Called from timers and exits. The next change, or the next start, writes it.
        if (!isFull(error)) throw error;
        output.say(`the commands of other terminals may not find this market: ${(error as Error).message}`);
      }
    };
    const transport = await transportOf(profile, {
      dataDir,
      ports,
      output,
      repairSlots,
      repairTopics,
      password: secret,
      onChange: publish,
      onStop: (what, end) => stops.push([what, end]),
    });
    signal.throwIfAborted();
    await transport.begin();
    signal.throwIfAborted();

    output.say('starting PostgreSQL');
    const place = { dataDir, port: ports.postgres, password: secret('postgres'), fsync };
    const postgres = await runPostgres(place, output, publish);
    stops.push(['PostgreSQL', () => postgres.stop()]);

    signal.throwIfAborted();
    output.say('creating and migrating the databases');
    const provisioned = await provision({
      adminUrl: postgres.url,
      password: secret,
      databaseOf: transport.databaseOf,
      forget: typed('npm run reset', dataDir),
      alongside: () => transport.prepareDatabases(postgres.url),
    });
    const keysFile = path.join(dataDir, 'jwt-keys.json');
    if (!existsSync(keysFile))
      execFileSync(process.execPath, [path.join(services.auth.folder, 'dist/generate-keys.js'), keysFile]);

    const env = serviceEnvironments({
      ports,
      provisioned,
      keysFile,
      adminPassword: secret('admin'),
      eventsUrl: (name) => transport.eventsUrl(name, provisioned.databases[name].eventsUrl),
    });
    const urls = {
      ...urlsOf(ports),
      relay: transport.urls,
      ...(ports.prometheus && { prometheus: `http://127.0.0.1:${ports.prometheus}` }),
    };
    let prometheus: Supervised | undefined;
    const processes = {} as Record<ServiceName, Supervised>;
    const file = (): MarketFile => ({
      profile,
      dataDir,
      startedAt,
      pids: {
        launcher: process.pid,
        postgres: postgres.pid(),
        relay: transport.relay().pid() ?? 0,
        ...(transport.broker && { broker: transport.broker().pid() ?? 0 }),
        ...(prometheus && { prometheus: prometheus.pid() ?? 0 }),
        ...byService((name) => processes[name].pid() ?? 0),
      },
      urls,
      databases: {
        admin: byService((name) => inDatabase(postgres.url, transport.databaseOf(name))),
        check: byService((name) => provisioned.databases[name].checkUrl),
        checkSandbox: provisioned.sandbox.checkUrl,
      },
      log: transport.log,
      control: { url: `http://127.0.0.1:${ports.control}`, secret: secret('control') },
      env,
    });
    const startedAt = new Date().toISOString();

    signal.throwIfAborted();
    output.say(`starting ${transport.broker ? 'Kafka Connect' : 'the relay'} and the services`);
    await transport.connect(postgres.url);
    for (const name of serviceNames) {
      const { folder } = services[name];
      const module = path.join(folder, 'dist/main.js');
      processes[name] = supervise({ name, module, cwd: folder, env: env[name] }, output, publish);
    }
    stops.push(['the services', () => Promise.all(serviceNames.map((name) => processes[name].stop()))]);
    const control = await startControl(ports.control, secret('control'), {
      relay: transport.relay(),
      ...processes,
    });
    stops.push(['the control port', () => control.close()]);

    if (ports.prometheus) {
      const targets = Object.fromEntries(
        [...serviceNames, ...(transport.broker ? [] : ['relay' as const])].map((name) => [
          name,
          new URL(urls[name].admin).host,
        ]),
      );
      prometheus = startPrometheus({
        dataDir,
        port: ports.prometheus,
        targets,
        output,
        onChange: publish,
      });
      stops.push(['Prometheus', prometheus.stop]);
    }

    const logOf = (name: string) => path.join(dataDir, 'logs', `${name}.log`);
    const ready = Promise.all([
      transport.ready(),
      ...serviceNames.map((name) =>
        waitReady(`service-${name}`, urls[name].admin, processes[name], logOf(name)),
      ),
    ]);
    await Promise.race([ready, aborted(signal)]);
    ready.catch(() => {}); // nobody waits for it any more
    signal.throwIfAborted();
    published = true;
    publish();
    return file();
  }
}
