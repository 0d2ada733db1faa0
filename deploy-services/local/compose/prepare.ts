import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { provision } from '../provision.js';
import { connectRest } from '../stack/connect-rest.js';
import { connectorOf, keepConnectors } from '../stack/connectors.js';
import { prepareOutboxes, stackDatabaseOf } from '../stack/outboxes.js';
import { applyTopics, describedTopics, kafkaAt } from '../stack/topics.js';
import { serviceNames, services } from '../topology.js';

// What the launcher does before the services of the stack start, once, in a market of containers: see compose.yaml.
// Everything is made where it is missing; a second run changes nothing.

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is missing`);
  return value;
}

const adminUrl = required('ADMIN_DATABASE_URL');
const password = required('MARKET_PASSWORD');
const keysFile = required('JWT_KEYS_FILE');
const connectUrl = required('CONNECT_URL');
const kafka = kafkaAt(required('KAFKA')).admin();

if (!existsSync(keysFile))
  execFileSync(process.execPath, [path.join(services.auth.folder, 'dist/generate-keys.js'), keysFile]);

console.log('databases, roles and migrations');
await provision({
  adminUrl,
  password: () => password,
  databaseOf: stackDatabaseOf,
  forget: 'docker compose -f deploy-services/local/compose.yaml down -v',
  alongside: async () => {},
});

console.log('topics');
await kafka.connect();
for (const complaint of await applyTopics(kafka, describedTopics())) console.warn(complaint);
await kafka.disconnect();

// A slot that is gone although a connector has read from it is a loss, which a new one would only hide.
const states = await Promise.all(serviceNames.map((name) => connectRest(connectUrl).status(name)));
const createSlots = states.every(({ state }) => state === 'MISSING');
await prepareOutboxes(adminUrl, { password: () => password, createSlots, anew: false });

console.log('connectors');
const { hostname: host, port } = new URL(adminUrl);
const connectors = keepConnectors(
  connectUrl,
  serviceNames.map((name) => connectorOf(name, { host, port, password: `\${env:MARKET_PASSWORD}` })),
  console.log,
);
try {
  await connectors.running();
} finally {
  await connectors.stop();
}
