import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { uuidv7 } from '@msa-event-market/shared-sdk/db';
import { type GrpcClient, grpcClient } from '@msa-event-market/shared-sdk/grpc';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LoggedEvent } from '../../local/check/invariant.js';
import { kafkaLog } from '../../local/check/kafka-log.js';
import { groups } from '../../local/consumers.js';
import { plainOutput } from '../../local/output.js';
import { startBroker, untilAnswers } from '../../local/stack/broker.js';
import { properties } from '../../local/stack/fill.js';
import { jars } from '../../local/stack/jars.js';
import { requireJava } from '../../local/stack/java.js';
import { stackFolder } from '../../local/stack/java-program.js';
import { createTopics, kafkaAt } from '../../local/stack/topics.js';
import type { ServiceName } from '../../local/topology.js';
import { eventually, type RunningMarket, startMarket } from '../system/market.js';
import { type Person, type Product, theAdmin } from '../system/people.js';
import { type Crowd, crowdIn } from './load.js';

// Each is caused, seen where a person would look, and mended as docs/stack.md says.

const door = fileURLToPath(new URL('../../local/market.mjs', import.meta.url));
const patientlyMs = 90_000;

let market: RunningMarket;
let crowd: Crowd;

beforeAll(async () => {
  market = await startMarket();
  crowd = await crowdIn(market);
});
afterAll(() => market.stop());

function status(): { code: number | null; text: string } {
  const { status, stdout } = spawnSync(process.execPath, [door, 'status', '--data-dir', market.dataDir], {
    encoding: 'utf8',
  });
  return { code: status, text: stdout };
}

async function anOrderGoesThrough(): Promise<void> {
  const [buyer] = crowd.buyers;
  const [product] = crowd.products;
  if (!buyer || !product) throw new Error('nobody is there');
  await buyer.paid((await buyer.order([{ product }])).id);
}

/** A start on the data of the market, which has stopped; killed at the line that begins with `until`. */
async function start(options: string[], until?: string) {
  const all = [
    '--profile',
    'stack',
    '--port-base',
    '0',
    '--data-dir',
    market.dataDir,
    '--no-fsync',
    '--no-seed',
  ];
  const args = [door, 'start', ...all, '--no-prometheus', '--quiet', ...options];
  const starting = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  createInterface(starting.stderr).on('line', (line) => {
    said += `${line}\n`;
    if (until && line.startsWith(until)) starting.kill('SIGKILL');
  });
  const [code, signal] = await once(starting, 'close');
  return { code, signal, said };
}

/** What Connect has carried until now. */
async function onTopics(): Promise<LoggedEvent[]> {
  const { log } = market.file();
  if (log.kind !== 'kafka') throw new Error('the log is not on Kafka');
  const topics = await kafkaLog(log);
  try {
    await topics.catchUp();
    return await topics.events();
  } finally {
    await topics.close();
  }
}

const isOnItsTopic = (key: string, type: string): Promise<void> =>
  eventually(async () => expect(await onTopics()).toContainEqual(expect.objectContaining({ key, type })));

const anyParked = { consumer: '', key: '', limit: 0, offset: 0 };
type Ops = GrpcClient<'market.ops.v1.OpsService'>;

/** What an operator calls, at the service's gRPC address. */
async function withOps(service: ServiceName, work: (ops: Ops) => Promise<void>): Promise<void> {
  const ops = grpcClient('market.ops.v1.OpsService', `http://${market.urls[service].grpc}`);
  try {
    await work(ops);
  } finally {
    ops.close();
  }
}

const kafka = () => {
  const { log } = market.file();
  if (log.kind !== 'kafka') throw new Error('the log is not on Kafka');
  return new Kafka({ brokers: [log.broker], logLevel: logLevel.NOTHING });
};

/** Kafka on the data of the market, which has stopped: nobody reads or writes. */
async function withKafkaAlone(work: (admin: Admin) => Promise<unknown>): Promise<void> {
  const home = stackFolder(market.dataDir);
  const { listeners = '' } = properties(readFileSync(path.join(home, 'broker.properties'), 'utf8'));
  const output = { ...plainOutput, of: () => () => {} };
  const broker = await startBroker({
    java: requireJava(),
    jars: await jars(() => {}),
    home,
    output,
    onChange() {},
  });
  const admin = kafkaAt(/127.0.0.1:\d+/.exec(listeners)?.[0] ?? '').admin();
  try {
    await untilAnswers(admin.connect, broker, 'no log');
    await work(admin);
  } finally {
    await admin.disconnect();
    await broker.stop();
  }
}

/** Resolves when the groups' places in it are forgotten as well, which the broker does a moment later. */
async function deleteTopic(admin: Admin, topic: string): Promise<void> {
  await admin.deleteTopics({ topics: [topic] });
  await eventually(async () => {
    expect(await admin.listTopics()).not.toContain(topic);
    const places = await Promise.all(groups.map((groupId) => admin.fetchOffsets({ groupId })));
    expect(places.flat().filter((place) => place.topic === topic)).toEqual([]);
  }, 30_000);
}

async function wrongPartitionsAreTold(): Promise<void> {
  const response = await fetch(`${market.urls.store.admin}/healthz`);
  const { status, checks } = (await response.json()) as { status: string; checks: Record<string, object> };
  expect([response.status, status], JSON.stringify(checks)).toEqual([200, 'degraded']);
  expect(checks.topics).toMatchObject({ status: 'down', reason: 'WRONG_PARTITIONS' });
}

/** The invariants that are violated, of which none is skipped. */
async function wrongNumbers(): Promise<string[]> {
  const { results } = await market.check();
  expect(results.filter(({ skipped }) => skipped)).toEqual([]);
  return results.filter(({ violations }) => violations.length > 0).map(({ number }) => number);
}

describe.runIf(process.env.MARKET_PROFILE === 'stack')('what is wrong is seen, and can be mended:', () => {
  it('a connector with a wrong password', async () => {
    const { password } = new URL(market.file().databases.admin.order);
    expect(password).not.toBe('');
    await market.sql('order', `ALTER ROLE orders_cdc PASSWORD 'changed behind its back'`);
    await market.kill('relay');
    await eventually(async () => {
      expect(market.said()).toMatch(/connector order.*password authentication failed/);
    }, patientlyMs);
    // Connect refuses a connector that it has forgotten; one that it knows fails, and runs for a moment after each restart.
    const seen = /DOWN connector order +(MISSING|RUNNING, task FAILED: .*password authentication failed)/;
    await eventually(async () =>
      expect(status()).toMatchObject({ code: 1, text: expect.stringMatching(seen) }),
    );

    // A start sets all passwords anew.
    await market.restart();
    await anOrderGoesThrough();
    expect(status().text).toMatch(/up {3}connector order +RUNNING, task RUNNING/);
  });

  it('a slot that was dropped', async () => {
    // Once Connect has noted how far it is: before that Debezium makes a missing slot by itself, and nobody hears of it.
    const offsets = path.join(market.dataDir, 'stack', 'connect.offsets');
    await eventually(async () => expect(readFileSync(offsets, 'latin1')).toContain('cdc.order'), patientlyMs);
    market.signal('relay', 'SIGSTOP');
    await market.sql(
      'order',
      `SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = 'order_outbox' AND active`,
    );
    await eventually(() => market.sql('order', `SELECT pg_drop_replication_slot('order_outbox')`));
    // Orders that nobody will be told of.
    const [buyer] = crowd.buyers;
    const [product] = crowd.products;
    const lost = await Promise.all([1, 2, 3].map(() => buyer?.order([{ product: product as never }])));
    market.signal('relay', 'SIGCONT');
    await eventually(
      async () => expect(market.said()).toMatch(/connector order.*(slot|no longer available)/i),
      patientlyMs,
    );
    expect(status().text).toMatch(/DOWN slot order_outbox +is gone/);

    await market.restart(['--repair-slots'], async () => {
      // A repair that was interrupted is none: the next start must not take the market for whole.
      const interrupted = await start(['--repair-slots'], 'looking for events');
      expect(interrupted.signal).toBe('SIGKILL');
      const plain = await start([], 'the market is ready');
      expect([plain.code, plain.said]).toEqual([
        1,
        expect.stringMatching(/The connector order does not run/),
      ]);
    });
    for (const order of lost) await buyer?.paid(order?.id as string);
    expect(status().text).toMatch(/up {3}slot order_outbox/);
    const report = await market.check(120);
    expect(report.results.filter(({ violations, skipped }) => violations.length > 0 || skipped)).toEqual([]);
  });

  it('a record that another program put on a topic', async () => {
    const producer = kafka().producer();
    await producer.connect();
    await producer.send({ topic: 'market.order', messages: [{ key: 'stranger', value: '{"hello":1}' }] });
    await producer.disconnect();
    for (const [service, schema] of [
      ['store', 'store'],
      ['payment', 'payment'],
    ] as const) {
      await eventually(async () => {
        const rows = await market.sql(service, `SELECT reason, key FROM ${schema}.parked`);
        expect(rows).toEqual([{ reason: 'BAD_TYPE', key: 'stranger' }]);
      });
      const metrics = await (await fetch(`${market.urls[service].admin}/metrics`)).text();
      expect(metrics).toMatch(/events_parked_total\{group="\w+\.\w+",reason="BAD_TYPE"\} 1/);
    }
    const report = await market.check();
    const wrong = report.results.filter(({ violations, skipped }) => violations.length > 0 || skipped);
    expect(wrong.map(({ number }) => number)).toEqual(['6', '7']);
    expect(wrong[0]?.violations).toEqual([
      expect.stringMatching(/of stranger is in the log, yet nobody has sent it/),
    ]);
    expect(report.notes).toEqual(['1 messages are parked in store', '1 messages are parked in payment']);
    await anOrderGoesThrough(); // nobody else waits for it

    const admin = await theAdmin(market);
    for (const service of ['store', 'payment'] as const)
      await withOps(service, async (ops) => {
        const { messages } = await ops.ListParked({ ...anyParked, key: 'stranger' }, admin);
        expect(messages).toHaveLength(1);
        for (const { consumer, messageId } of messages)
          await ops.DiscardParked({ consumer, messageId }, admin);
        expect((await ops.ListParked(anyParked, admin)).messages).toEqual([]);
      });
    expect((await market.check()).notes).toEqual([]);
  });

  it('a record under the key of a real order holds up that order only, until it is discarded', async () => {
    const [buyer] = crowd.buyers as [Person];
    const [product] = crowd.products as [Product];
    market.signal('payment', 'SIGSTOP');
    const { id } = await buyer.order([{ product }]);
    await buyer.until(id, 'RESERVED');
    await isOnItsTopic(id, 'OrderPaymentRequested'); // or it would be behind the record as well, and nobody pay
    const producer = kafka().producer();
    await producer.connect();
    const headers = {
      id: uuidv7(),
      eventType: 'OrderConfirmed',
      version: '3',
      occurredAt: new Date().toISOString(),
    };
    await producer.send({ topic: 'market.order', messages: [{ key: id, value: '{}', headers }] });
    await producer.disconnect();
    market.signal('payment', 'SIGCONT');
    for (const service of ['store', 'payment'] as const)
      await eventually(async () => {
        const rows = await market.sql(service, `SELECT reason FROM ${service}.parked ORDER BY position`);
        expect(rows).toEqual([{ reason: 'BAD_PAYLOAD' }, { reason: 'BEHIND_PARKED' }]);
      }, 30_000);
    await anOrderGoesThrough();

    const admin = await theAdmin(market);
    for (const service of ['store', 'payment'] as const)
      await withOps(service, async (ops) => {
        const [bad, behind] = (await ops.ListParked({ ...anyParked, key: id }, admin)).messages;
        expect(bad?.messageId).toBe(headers.id);
        const { consumer, messageId } = bad as typeof bad & object;
        await ops.DiscardParked({ consumer, messageId }, admin);
        await ops.ReplayParked({ consumer, messageId: behind?.messageId ?? '' }, admin);
      });
    await buyer.paid(id);
    // Payment needs nothing of the store for that, where what is behind is replayed in its own time.
    await eventually(async () => expect((await market.check()).notes).toEqual([]));
  });

  it('a stranger who reads along, and far behind', async () => {
    const admin = kafka().admin();
    await admin.connect();
    await admin.setOffsets({
      groupId: 'console-consumer-71',
      topic: 'market.order',
      partitions: [{ partition: 0, offset: '0' }],
    });
    await admin.disconnect();
    expect(status()).toMatchObject({ code: 0, text: expect.not.stringContaining('console') });
    const report = await market.check();
    expect(report.results.filter(({ skipped }) => skipped)).toEqual([]);
  });

  it('a topic that is read, and has other partitions than it should: everybody goes on', async () => {
    const wrongBefore = await wrongNumbers();
    const admin = kafka().admin();
    await admin.connect();
    await admin.createPartitions({ topicPartitions: [{ topic: 'market.order', count: 5 }] });
    await admin.disconnect();
    expect(status().text).toMatch(/DOWN topic market.order has 5 partitions, not 4/);
    await eventually(() => wrongPartitionsAreTold(), 30_000);

    await market.restart();
    expect(market.said()).toContain('topic market.order has 5 partitions, not 4');
    for (let n = 0; n < 10; n++) await anOrderGoesThrough(); // some of them in the new one
    expect(await wrongNumbers()).toEqual(wrongBefore);
  }, 240_000);

  it('a topic that is missing', async () => {
    await anOrderGoesThrough();
    const wrongBefore = await wrongNumbers();
    await market.restart(['--repair-slots'], () =>
      withKafkaAlone((admin) => deleteTopic(admin, 'market.payment')),
    );
    expect(market.said()).toMatch(/[1-9]\d* events had not reached their topics: sent again/);
    await anOrderGoesThrough();
    expect(await wrongNumbers()).toEqual(wrongBefore);
  }, 240_000);

  it('events that are gone before somebody has read them', async () => {
    const [buyer] = crowd.buyers as [Person];
    const [product] = crowd.products as [Product];
    // Something is read of each partition.
    const before = await Promise.all(Array.from({ length: 20 }, () => buyer.order([{ product }])));
    for (const { id } of before) await buyer.paid(id);
    market.signal('payment', 'SIGSTOP');
    const orders = [await buyer.order([{ product }]), await buyer.order([{ product }])];
    for (const { id } of orders) await isOnItsTopic(id, 'OrderPaymentRequested');
    // All but the request of the last one.
    const left = (await onTopics()).find(
      ({ key, type }) => key === orders.at(-1)?.id && type === 'OrderPaymentRequested',
    );
    const admin = kafka().admin();
    await admin.connect();
    const partitions = (await admin.fetchTopicOffsets('market.order')).map(({ partition, high }) => ({
      partition,
      offset: partition === left?.partition ? `${left.position - 1}` : high,
    }));
    await admin.deleteTopicRecords({ topic: 'market.order', partitions });
    await admin.disconnect();
    market.signal('payment', 'SIGCONT');
    await eventually(
      async () =>
        expect(status().text).toMatch(/DOWN service-payment .*DOWN market.order\/\d: [^\n]*payment.orders/s),
      patientlyMs,
    );

    await market.restart(['--repair-topics', '--repair-slots'], async () => {
      const plain = await start([], 'the market is ready');
      expect([plain.code, plain.said]).toEqual([
        1,
        expect.stringMatching(
          /events are gone that payment.orders had not read.*"Events that are gone unread"/,
        ),
      ]);
    });
    expect(market.said()).toMatch(
      /market.order\/\d: (\d+|some) events are gone that payment.orders had not read/,
    );
    // It would come behind the request of its order.
    expect(market.said()).toContain(
      `1 events are not sent, since later ones of their keys are on the topics: OrderPlaced of order ${left?.key}\n`,
    );
    for (const { id } of orders) await buyer.paid(id);
  }, 240_000);

  it('a topic with too few partitions', async () => {
    const [buyer] = crowd.buyers as [Person];
    const [product] = crowd.products as [Product];
    const two = 'topic market.order has 2 partitions, not 4';
    await market.restart(['--repair-slots'], () =>
      withKafkaAlone(async (admin) => {
        await deleteTopic(admin, 'market.order');
        await createTopics(admin, ['market.order'], 2, 604_800_000);
      }),
    );
    expect(market.said()).toContain(two);
    expect(status()).toMatchObject({ code: 1, text: expect.stringContaining(`DOWN ${two}`) });
    await eventually(() => wrongPartitionsAreTold(), 30_000);
    const orders = await Promise.all(Array.from({ length: 10 }, () => buyer.order([{ product }])));
    for (const { id } of orders) await buyer.paid(id);

    await market.restart(['--repair-topics']);
    expect(market.said()).toContain('topic market.order had 2 partitions and has 4 now');
    expect(status()).toMatchObject({ code: 0, text: expect.not.stringContaining('market.order') });
    // Half of them go on in another partition than they began in.
    for (const { id } of orders) {
      expect((await buyer.cancel(id)).status).toBe(202);
      await buyer.until(id, 'CANCELLED');
    }
    for (let n = 0; n < 5; n++) await anOrderGoesThrough();
    // What strangers had put on the topic has been taken, and is gone with it (8b).
    expect((await wrongNumbers()).filter((number) => number !== '8b')).toEqual([]);
  }, 240_000);
});
