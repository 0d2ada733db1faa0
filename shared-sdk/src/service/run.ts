import { ConfigError, readConfig, type ServiceConfig, serviceVariables, url } from '../config/index.js';
import { migrate } from '../db/index.js';
import { createLogger } from '../logging/index.js';
import { stopOnSignal } from '../shutdown/index.js';
import type { Service } from './create-service.js';

/** One schema of the service, and the variable with the address at which its owner may change it. */
export interface Migrations {
  migrations: URL;
  schema: string;
  variable?: string;
}

export interface RunOptions extends Migrations {
  name: string;
  /** Further databases of the service. */
  alsoMigrates?: Required<Migrations>[];
}

/**
 * The whole of a `main.ts`. Without an argument it runs the service until it is told to stop; with `migrate` it brings
 * the schema up to date, as its owner, and ends.
 */
export async function run<C extends ServiceConfig>(
  buildApp: (config: C) => Promise<Service>,
  loadConfig: () => C,
  options: RunOptions,
): Promise<void> {
  try {
    const [command] = process.argv.slice(2);
    if (command === 'migrate') await migrateAll(options);
    else if (command === undefined) await serve(buildApp, loadConfig());
    else throw new ConfigError([`the only argument is: migrate (not ${JSON.stringify(command)})`]);
  } catch (error) {
    if (error instanceof ConfigError) process.stderr.write(`${options.name}: ${error.message}\n`);
    else bareLogger(options.name).fatal({ err: error }, 'cannot start');
    process.exit(1);
  }
}

/** For what goes wrong before, or because of, the configuration. */
const bareLogger = (name: string) =>
  createLogger({ name, format: process.env.LOG_FORMAT === 'json' ? 'json' : 'text' });

async function serve<C extends ServiceConfig>(
  buildApp: (config: C) => Promise<Service>,
  config: C,
): Promise<void> {
  const service = await buildApp(config);
  let stopping = false;
  stopOnSignal({
    stop() {
      stopping = true;
      return service.stop();
    },
    graceMs: config.SHUTDOWN_GRACE_SECONDS * 1000,
    logger: service.logger,
  });
  const addresses = await service.start().catch((error) => {
    if (!stopping) throw error;
  });
  if (!addresses) return; // told to stop before it had started, which is no failure
  // With port 0 only the service knows where it listens; a parent that has a channel is told.
  process.send?.({ started: addresses });
}

async function migrateAll({ name, alsoMigrates = [], ...own }: RunOptions): Promise<void> {
  const all = [{ variable: 'MIGRATE_DATABASE_URL', ...own }, ...alsoMigrates];
  const owners = Object.fromEntries(
    all.map(({ variable, schema }) => [
      variable,
      url({
        protocols: ['postgres:', 'postgresql:'],
        example: `postgres://${schema}_owner:…@127.0.0.1:5432/market`,
      }),
    ]),
  );
  const { LOG_FORMAT, LOG_LEVEL } = serviceVariables;
  const { LOG_FORMAT: format, LOG_LEVEL: level, ...rest } = readConfig({ LOG_FORMAT, LOG_LEVEL, ...owners });
  const urls = rest as Record<string, string>;
  const logger = createLogger({ name, format, level });
  for (const { variable, migrations, schema } of all) {
    const ran = await migrate({
      url: urls[variable] as string,
      directory: migrations,
      schema,
      log: (line) => logger.info(line),
    });
    logger.info({ schema, ran: ran.length }, 'the schema is up to date');
  }
}
