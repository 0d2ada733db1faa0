import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Postgres, startPostgres } from '@msa-event-market/shared-sdk/postgres';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buyers } from '../../local/demo-users.js';
import { jars } from '../../local/stack/jars.js';
import { requireJava } from '../../local/stack/java.js';
import { root, type ServiceName, serviceNames } from '../../local/topology.js';
import { readCompose } from '../compose/compose-file.js';
import { eventually } from './market.js';

// compose.yaml without containers: every process that it describes, with its environment and its command, on a loopback
// address of its own instead of a network of its own. What the images do with an environment is done as they do it.

const containers = readCompose();
const names = Object.keys(containers);
const addressOf = (name: string) => `127.77.0.${names.indexOf(name) + 1}`;

/** Names of containers become addresses; each process listens on its own, so that no two share a port. */
const placed = (name: string, value: string, folder: string): string =>
  value
    .replace(/(?<=\/\/|@)([a-z]+)(?=:\d)/g, (word) => (names.includes(word) ? addressOf(word) : word))
    .replace(/^([a-z]+)(?=:\d+$)/, (word) => (names.includes(word) ? addressOf(word) : word))
    .replaceAll('0.0.0.0', addressOf(name))
    .replace(/^\/(keys|var)(?=\/)/, `${folder}/$1`);

describe('what compose.yaml describes', () => {
  let folder: string;
  let postgres: Postgres;
  let java: string[];
  const running: ChildProcess[] = [];
  const said = new Map<string, string>();

  const environmentOf = (name: string): Record<string, string> =>
    Object.fromEntries(
      Object.entries(containers[name]?.environment ?? {}).map(([key, value]) => [
        key,
        placed(name, value, folder),
      ]),
    );

  function start(name: string, program: string, args: string[], env: Record<string, string>, cwd = folder) {
    const child = spawn(program, args, {
      cwd,
      env: { PATH: process.env.PATH ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => said.set(name, `${said.get(name) ?? ''}${chunk}`.slice(-5_000)));
    running.push(child);
    return child;
  }

  /** A container that ends: its command, in the checkout. */
  async function runOnce(name: string) {
    const [, ...args] = containers[name]?.command ?? [];
    const [code] = await once(start(name, process.execPath, args, environmentOf(name), root), 'exit');
    expect([name, code, code === 0 || said.get(name)]).toEqual([name, 0, true]);
  }

  /** KAFKA_X_Y=z and CONNECT_X_Y=z are the setting x.y=z, in both images. */
  function settings(name: string, prefix: string, own: Record<string, string> = {}): string {
    const entries = Object.entries({ ...environmentOf(name), ...own })
      .filter(([key]) => key.startsWith(prefix) && key !== 'KAFKA_HEAP_OPTS')
      .map(([key, value]) => `${key.slice(prefix.length).toLowerCase().replaceAll('_', '.')}=${value}\n`);
    const file = path.join(folder, `${name}.properties`);
    writeFileSync(file, entries.join(''));
    return file;
  }

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'market-compose-'));
    mkdirSync(path.join(folder, 'keys'));
    java = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xmx256m', '-cp', `${await jars(() => {})}/*`];
    const [, ...flags] = containers.postgres?.command ?? [];
    const given = flags.filter((flag) => flag !== '-c').map((flag) => flag.split('=') as [string, string]);
    postgres = await startPostgres({
      dataDir: path.join(folder, 'postgres'),
      port: 5432,
      auth: 'scram',
      password: environmentOf('postgres').POSTGRES_PASSWORD as string,
      settings: { ...Object.fromEntries(given), listen_addresses: addressOf('postgres'), fsync: 'off' },
    });

    const broker = settings('kafka', 'KAFKA_');
    const format = ['kafka.tools.StorageTool', 'format', '-t', 'AAAAAAAAAAAAAAAAAAAAAA', '-c', broker];
    expect(spawnSync(requireJava(), [...java, ...format], { encoding: 'utf8' })).toMatchObject({ status: 0 });
    start('kafka', requireJava(), [...java, 'kafka.Kafka', broker], {});

    // What Debezium's image makes of its own variables.
    const env = environmentOf('connect');
    const own = Object.fromEntries(
      ['BOOTSTRAP_SERVERS', 'GROUP_ID', 'OFFSET_FLUSH_INTERVAL_MS', 'KEY_CONVERTER', 'VALUE_CONVERTER']
        .concat(['CONFIG_STORAGE_TOPIC', 'OFFSET_STORAGE_TOPIC', 'STATUS_STORAGE_TOPIC'])
        .map((key) => [`CONNECT_${key}`, env[key] as string]),
    );
    const listeners = { CONNECT_LISTENERS: `HTTP://${addressOf('connect')}:8083` };
    const worker = settings('connect', 'CONNECT_', { ...own, ...listeners });
    const main = 'org.apache.kafka.connect.cli.ConnectDistributed';
    await eventually(() => once(start('connect', requireJava(), [...java, main, worker], env), 'spawn'));
    await eventually(async () => {
      const { status } = await fetch(`http://${addressOf('connect')}:8083/health`);
      expect(status).toBe(200);
    }, 120_000);

    await runOnce('prepare');
    for (const name of serviceNames)
      start(
        name,
        process.execPath,
        ['dist/main.js'],
        environmentOf(name),
        path.join(root, `service-${name}`),
      );
    for (const name of serviceNames)
      await eventually(async () => {
        const { status } = await fetch(`http://${addressOf(name)}:8081/healthz/ready`);
        expect(status).toBe(200);
      }, 60_000);
    await runOnce('seed');
  }, 300_000);

  afterAll(async () => {
    for (const child of running.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    await postgres?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 120_000);

  const call = async (service: ServiceName, what: string, init: RequestInit = {}) => {
    const answer = await fetch(`http://${addressOf(service)}:8080/v1/${what}`, init);
    return (await answer.json()) as Record<string, never>;
  };

  it('takes an order in the seeded shop, and confirms it through Debezium and Kafka', async () => {
    const buyer = buyers[0] as (typeof buyers)[number];
    const basic = Buffer.from(`${buyer.loginId}:${buyer.password}`).toString('base64');
    const { accessToken } = (await call('auth', 'tokens/login', {
      method: 'POST',
      headers: { authorization: `Basic ${basic}` },
    })) as unknown as { accessToken: { token: string } };
    const { stores } = (await call('store', 'stores')) as unknown as { stores: { id: string }[] };
    expect(stores.length).toBeGreaterThanOrEqual(8);
    const { products } = (await call('store', `stores/${stores[0]?.id}/products`)) as unknown as {
      products: { id: string; storeId: string; quantity: number }[];
    };
    const { id: productId, storeId } = products.find(
      ({ quantity }) => quantity > 0,
    ) as (typeof products)[number];
    const authorization = `Bearer ${accessToken.token}`;
    const order = (await call('order', 'orders', {
      method: 'POST',
      headers: { authorization, 'idempotency-key': 'compose', 'content-type': 'application/json' },
      body: JSON.stringify({
        items: [{ storeId, productId, quantity: 1 }],
        paymentMethod: 'pm_card_visa',
        shippingAddress: {
          name: 'Alice Martin',
          street: 'Lindenstrasse 4',
          city: 'Berlin',
          zip: '10969',
          country: 'DE',
        },
      }),
    })) as unknown as { id: string };
    await eventually(async () => {
      const seen = await call('order', `orders/${order.id}`, { headers: { authorization } });
      expect(seen).toMatchObject({ status: 'CONFIRMED', money: 'CAPTURED' });
    }, 30_000);
  });

  it('is prepared once: a second time finds everything there', async () => {
    const admin = new pg.Client({ connectionString: environmentOf('prepare').ADMIN_DATABASE_URL });
    await admin.connect();
    const seen = async () => {
      const slots = await admin.query('SELECT slot_name, active FROM pg_replication_slots ORDER BY 1');
      const connectors = await fetch(`http://${addressOf('connect')}:8083/connectors`);
      return { slots: slots.rows, connectors: ((await connectors.json()) as string[]).sort() };
    };
    try {
      const before = await seen();
      expect(before.connectors).toEqual([...serviceNames].sort());
      expect(before.slots).toHaveLength(serviceNames.length);
      await runOnce('prepare');
      expect(await seen()).toEqual(before);
    } finally {
      await admin.end();
    }
  });
});
