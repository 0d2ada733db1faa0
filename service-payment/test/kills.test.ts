import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { append } from '@msa-event-market/shared-sdk/outbox';
import { startRelay } from '@msa-event-market/shared-sdk/relay';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Databases, eventually, logger, look, order, paymentDatabases } from './payment-process.js';

let databases: Databases;
let relay: ReturnType<typeof startRelay>;
let child: ChildProcess | undefined;
beforeAll(async () => {
  databases = await paymentDatabases();
  relay = startRelay({ url: databases.relayUrl, publications: ['payment_outbox'], logger });
});
afterAll(async () => {
  child?.kill('SIGKILL');
  await relay.stop();
  await databases.drop();
});

const environment = () => ({
  ...process.env,
  DATABASE_URL: databases.url,
  EVENTS_URL: databases.eventsUrl,
  SANDBOX_DATABASE_URL: databases.sandbox.url,
  AUTH_ISSUER: 'http://127.0.0.1:1',
  AUTH_JWKS_URL: 'http://127.0.0.1:1/jwks.json',
  HTTP_PORT: '0',
  GRPC_PORT: '0',
  ADMIN_PORT: '0',
  LOG_LEVEL: 'silent',
  OPERATION_LEASE_SECONDS: '1.5',
  PROVIDER_TIMEOUT_SECONDS: '0.5',
});

async function start(): Promise<void> {
  child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
    cwd: new URL('..', import.meta.url),
    env: environment(),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await once(child, 'message');
}

async function kill(): Promise<void> {
  const killed = child as ChildProcess;
  killed.kill('SIGKILL');
  await once(killed, 'exit');
}

/** As service-order would: here its events travel through our own outbox, which the relay does not mind. */
const send = (messages: ReturnType<ReturnType<typeof order>['requested']>[]) =>
  databases.db.transaction((tx) => {
    append(
      tx,
      messages.map(({ key, type, version, payload }) => ({ topic: 'order', key, type, version, payload })),
    );
  });

const counts = async (text: string) =>
  Object.fromEntries(
    (await databases.admin.query<{ name: string; n: number }>({ text })).rows.map(({ name, n }) => [name, n]),
  );

test('a service that is killed again and again moves each sum once, and both books agree', {
  timeout: 120_000,
}, async () => {
  const methods = ['pm_card_visa', 'pm_card_timeout', 'pm_card_lost', 'pm_card_visa', 'pm_card_mastercard'];
  const orders = Array.from({ length: 100 }, (_, i) => order({ method: methods[i % methods.length] }));
  const rest = (statuses: object) =>
    eventually(async () => {
      expect(await counts('SELECT status AS name, count(*) AS n FROM payment.payment GROUP BY 1')).toEqual(
        statuses,
      );
    }, 60_000);

  await start();
  const killedOnTheWay = async (events: Parameters<typeof send>[0]) => {
    for (let i = 0; i < events.length; i += 25) {
      await send(events.slice(i, i + 25));
      if (i % 50 !== 0) continue;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
      await kill();
      await start();
    }
  };
  await killedOnTheWay(orders.map((o) => o.requested()));
  await rest({ AUTHORIZED: 100 });
  await killedOnTheWay(orders.map((o) => o.confirmed()));
  await killedOnTheWay(orders.slice(0, 40).map((o) => o.cancelling()));
  await rest({ CAPTURED: 60, REFUNDED: 40 });

  const seen = look(databases);
  for (const [i, o] of orders.entries()) {
    const refunds = i < 40 ? ['refund done 100'] : [];
    expect(await seen.book(o.id)).toEqual(['authorize done 100', 'capture done 100', ...refunds]);
    expect(await seen.ledger(o.id)).toHaveLength(1 + refunds.length);
    expect(await seen.said(o.id)).toEqual([
      'PaymentAuthorized',
      'PaymentCaptured',
      ...refunds.map(() => 'PaymentCancelled'),
    ]);
  }
});

test('a service that is told to stop first settles what the provider answers in time', {
  timeout: 30_000,
}, async () => {
  const o = order({ method: 'pm_card_visa' });
  await send([o.requested()]);
  await eventually(async () => expect(await look(databases).steps(o.id)).toHaveLength(1), 10_000);
  const stopping = child as ChildProcess;
  stopping.kill('SIGTERM');
  expect(await once(stopping, 'exit')).toEqual([0, null]);
  expect(await look(databases).steps(o.id)).toEqual(['authorize: DONE']);
});
