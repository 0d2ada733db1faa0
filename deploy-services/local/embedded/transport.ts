import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLogger } from '@msa-event-market/shared-sdk/logging';
import { createLogSchema, repairSlot } from '@msa-event-market/shared-sdk/relay';
import { inherited } from '../environment.js';
import { type Supervised, supervise } from '../supervise.js';
import { publications } from '../topology.js';
import type { Transport, TransportOptions } from '../transport.js';
import { waitReady } from '../wait-ready.js';

export const embeddedDatabase = 'market';

/** One database for all services with the event log in it, and one relay that fills the log from their outboxes. */
export async function embeddedTransport(options: TransportOptions): Promise<Transport> {
  const { dataDir, ports, output, repairSlots, password, onChange, onStop } = options;
  const admin = `http://127.0.0.1:${ports.relay}`;
  let relay: Supervised;
  let relayUrl: string;
  return {
    urls: { admin, ready: `${admin}/healthz/ready` },
    log: { kind: 'postgres' },
    databaseOf: () => embeddedDatabase,
    begin: async () => {},
    async prepareDatabases(adminUrl) {
      ({ relayUrl } = await createLogSchema({ adminUrl, database: embeddedDatabase, password }));
    },
    async connect() {
      if (repairSlots) {
        const logger = createLogger({ name: 'repair', format: 'text', level: 'info' });
        const carried = await repairSlot({ url: relayUrl, publications, logger });
        output.say(`${carried} events had not reached the log: carried over`);
      }
      const module = fileURLToPath(new URL('../relay.js', import.meta.url));
      const env = {
        ...inherited(),
        HOST: '127.0.0.1',
        ADMIN_PORT: `${ports.relay}`,
        RELAY_DATABASE_URL: relayUrl,
        RELAY_PUBLICATIONS: publications.join(','),
      };
      relay = supervise({ name: 'relay', module, cwd: dataDir, env }, output, onChange);
      onStop('the relay', () => relay.stop());
    },
    ready: () => waitReady('the relay', admin, relay, path.join(dataDir, 'logs', 'relay.log')),
    eventsUrl: (_name, embeddedUrl) => embeddedUrl,
    relay: () => relay,
  };
}
