import { once } from 'node:events';
import { ConfigError, readConfig, serviceVariables, text, url } from '../config/index.js';
import { createHealth } from '../health/index.js';
import { createLogger } from '../logging/index.js';
import { collectNodeMetrics } from '../metrics/index.js';
import { urlOf } from '../service/address.js';
import { createAdminServer } from '../service/admin-server.js';
import { stopInOrder, stopOnSignal } from '../shutdown/index.js';
import { startRelay } from './relay.js';

const { HOST, ADMIN_PORT, LOG_FORMAT, LOG_LEVEL } = serviceVariables;
const isPublication = (name: string) => /^[a-z_][a-z0-9_]*$/.test(name);

export const relayVariables = {
  /** Of the role `relay`, in the database that holds the outboxes and the log. */
  RELAY_DATABASE_URL: url({
    protocols: ['postgres:', 'postgresql:'],
    example: 'postgres://relay:secret@127.0.0.1:5432/market',
  }),
  RELAY_PUBLICATIONS: text('auth_outbox,store_outbox')
    .transform((value) => value.split(',').map((name) => name.trim()))
    .refine((names) => names.every(isPublication), 'must be names of publications, with commas between them'),
  RELAY_SLOT: text('market_relay').default('market_relay'),
  HOST,
  ADMIN_PORT,
  LOG_FORMAT,
  LOG_LEVEL,
};

// An append under way takes milliseconds; one that PostgreSQL does not answer is repeated at the next start.
const graceMs = 10_000;

/**
 * The relay as a process of its own: configuration from `env`, health and metrics on the admin port, an orderly stop on
 * a signal and when the parent goes. Resolves once the admin port answers. The outboxes may not be followed yet, since
 * the relay waits for its database as long as it takes: `/healthz/ready` tells. With a wrong configuration it says what
 * is wrong on standard error and ends the process with 1.
 */
export async function runRelay(env: NodeJS.ProcessEnv = process.env): Promise<{ admin: string }> {
  const config = read(env);
  const logger = createLogger({ name: 'relay', format: config.LOG_FORMAT, level: config.LOG_LEVEL });
  collectNodeMetrics();
  const relay = startRelay({
    url: config.RELAY_DATABASE_URL,
    publications: config.RELAY_PUBLICATIONS,
    slot: config.RELAY_SLOT,
    logger,
  });
  const health = createHealth({ ready: [{ name: 'relay', critical: true, run: () => relay.check() }] });
  const server = createAdminServer(health).listen(config.ADMIN_PORT, config.HOST);
  stopOnSignal({
    graceMs,
    logger,
    async stop() {
      health.drain();
      await stopInOrder(
        [
          { name: 'relay', timeoutMs: graceMs - 1_000, run: () => relay.stop() },
          { name: 'admin', timeoutMs: 500, run: () => server.close().closeAllConnections() },
        ],
        logger,
      );
    },
  });
  await once(server, 'listening'); // a port that is taken ends here, and the process with it
  const admin = urlOf(server);
  logger.info({ admin, publications: config.RELAY_PUBLICATIONS }, 'relay started');
  process.send?.({ started: { admin } }); // with port 0 only we know it
  return { admin };
}

function read(env: NodeJS.ProcessEnv) {
  try {
    return readConfig(relayVariables, env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`relay: ${error.message}\n`);
    process.exit(1);
  }
}
