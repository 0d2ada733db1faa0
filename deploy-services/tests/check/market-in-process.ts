import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLogger } from '@msa-event-market/shared-sdk/logging';
import { createLogSchema, startRelay } from '@msa-event-market/shared-sdk/relay';
import { serviceEnvironments, urlsOf } from '../../local/environment.js';
import { choosePorts } from '../../local/ports.js';
import { type Provisioned, provision } from '../../local/provision.js';
import { publications, type ServiceName } from '../../local/topology.js';
import { eventually, type RunningMarket } from '../system/market.js';

/** What this needs of a service; the rest is behind its REST. */
interface Service {
  start(): Promise<unknown>;
  stop(): Promise<void>;
}

export interface MarketInProcess {
  provisioned: Provisioned;
  /** For people, who only know addresses. */
  addresses: RunningMarket;
  start(...names: ServiceName[]): Promise<void>;
  /** The databases stay. */
  stop(): Promise<void>;
}

/** The real services and the real relay on one PostgreSQL server, all in this process: nobody kills them here. */
export async function marketInProcess(adminUrl: string): Promise<MarketInProcess> {
  const password = (role: string) => role;
  const database = 'market';
  let relayUrl = '';
  const provisioned = await provision({
    adminUrl,
    password,
    databaseOf: () => database,
    forget: '',
    async alongside() {
      ({ relayUrl } = await createLogSchema({ adminUrl, database, password }));
    },
  });
  const ports = await choosePorts(0);
  const folder = mkdtempSync(path.join(tmpdir(), 'market-check-'));
  const keysFile = path.join(folder, 'keys.json');
  const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  writeFileSync(keysFile, JSON.stringify({ keys: [{ ...jwk, kid: 'test', alg: 'EdDSA' }] }));
  const adminPassword = 'a password of the admin';
  const eventsUrl = (name: ServiceName) => provisioned.databases[name].eventsUrl;
  const env = serviceEnvironments({ ports, provisioned, keysFile, adminPassword, eventsUrl });

  const urls = urlsOf(ports);
  const logger = createLogger({ name: 'relay', level: 'silent' });
  const relay = startRelay({ url: relayUrl, publications, logger });
  const running: Service[] = [];
  return {
    provisioned,
    addresses: { urls, adminPassword } as RunningMarket,
    async start(...names) {
      await Promise.all(
        names.map(async (name) => {
          // A folder knows another only by its contracts: here, that it can be built and started.
          const { buildApp } = await import(`../../../service-${name}/src/app.ts`);
          const { loadConfig } = await import(`../../../service-${name}/src/config.ts`);
          const settings = {
            ...env[name],
            LOG_LEVEL: 'silent',
            SWEEP_SECONDS: '1',
            EXECUTE_DUE_SECONDS: '1',
          };
          const service: Service = await buildApp(loadConfig(settings));
          running.push(service);
          await service.start();
          // Being asked makes service-auth look after its first admin.
          await eventually(async () => {
            const { status } = await fetch(`${urls[name].admin}/healthz/ready`);
            if (status !== 200) throw new Error(`service-${name} is not ready`);
          });
        }),
      );
    },
    async stop() {
      await Promise.all(running.map((service) => service.stop()));
      await relay.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
