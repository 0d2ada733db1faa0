import { createServer, type Socket } from 'node:net';
import { Client, credentials } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readConfig, type ServiceConfig, serviceVariables } from '../../src/config/index.js';
import { connectDatabase } from '../../src/db/index.js';
import { signedIn } from '../../src/http/index.js';
import { createLogger } from '../../src/logging/index.js';
import { append } from '../../src/outbox/index.js';
import { createService, type Service, type ServiceParts } from '../../src/service/index.js';
import { type TestDatabase, testTokens } from '../../src/testing/index.js';
import { tallyConsumer, tallyDatabase } from '../fixtures/tally.js';
import { door } from './proxy.js';

let t: TestDatabase;
beforeAll(async () => {
  t = await tallyDatabase();
});
afterAll(() => t.drop());

const started: Service[] = [];
afterEach(async () => {
  for (const service of started.splice(0)) await service.stop();
});

const configOf = (env: Record<string, string>): ServiceConfig =>
  readConfig(serviceVariables, {
    HTTP_PORT: '0',
    GRPC_PORT: '0',
    ADMIN_PORT: '0',
    DATABASE_URL: t.url,
    EVENTS_URL: t.eventsUrl,
    AUTH_ISSUER: 'http://127.0.0.1:9',
    AUTH_JWKS_URL: 'http://127.0.0.1:9/jwks.json',
    SHUTDOWN_DRAIN_SECONDS: '0.05',
    SHUTDOWN_GRACE_SECONDS: '5',
    ...env,
  });

async function build(env: Record<string, string> = {}, parts: Partial<ServiceParts> = {}) {
  const lines: { msg: string; step?: string }[] = [];
  const config = configOf(env);
  const db = parts.db ?? connectDatabase({ url: config.DATABASE_URL });
  const service = await createService(config, {
    name: 'tally',
    db,
    openapi: { title: 'Tally', description: 'Counts' },
    logger: createLogger({
      name: 'tally',
      level: 'debug',
      output: { write: (line) => void lines.push(JSON.parse(line)) },
    }),
    http: [
      (app) => {
        app.get('/v1/tally', async () => (await db.query({ text: 'SELECT key FROM tally' })).rows);
        app.get('/v1/me', { preHandler: signedIn }, async ({ principal }) => principal);
      },
    ],
    ...parts,
  });
  started.push(service);
  return { service, db, lines };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const statusOf = async (url: string): Promise<number> => (await fetch(url)).status;

describe('a service whose surroundings are down', () => {
  it('starts, says what is missing, refuses with 503, and is ready once its database is there', async () => {
    const database = await door(t.url);
    const { service } = await build(
      { DATABASE_URL: database.url, EVENTS_URL: database.url },
      { consumers: [tallyConsumer()] },
    );
    const { http, admin } = await service.start();
    const token = await (await testTokens()).token();

    expect(await statusOf(`${admin}/healthz/live`)).toBe(200);
    expect(await statusOf(`${admin}/healthz/ready`)).toBe(503);
    const healthz = await fetch(`${http}/healthz`);
    expect(healthz.status).toBe(503);
    expect(await healthz.json()).toMatchObject({
      status: 'down',
      checks: { database: { status: 'down', reason: 'ECONNREFUSED' } },
    });
    const refused = await fetch(`${http}/v1/tally`);
    expect(await refused.json()).toMatchObject({ status: 503, code: 'DATABASE_UNAVAILABLE' });
    const unverified = await fetch(`${http}/v1/me`, { headers: { authorization: `Bearer ${token}` } });
    expect(await unverified.json()).toMatchObject({ status: 503, code: 'AUTH_UNAVAILABLE' });

    await database.open();
    await expect.poll(() => statusOf(`${admin}/healthz/ready`), { timeout: 10_000 }).toBe(200);
    expect(await statusOf(`${http}/v1/tally`)).toBe(200);

    await database.shut();
    await expect.poll(() => statusOf(`${admin}/healthz/ready`), { timeout: 10_000 }).toBe(503);
    await database.open();
    await expect.poll(() => statusOf(`${admin}/healthz/ready`), { timeout: 10_000 }).toBe(200);
    await service.stop();
    await database.shut();
  });

  it('stays ready while only the event log is down, and shows it in /healthz', async () => {
    const log = await door(t.eventsUrl);
    const { service } = await build({ EVENTS_URL: log.url }, { consumers: [tallyConsumer()] });
    const { admin } = await service.start();
    expect(await statusOf(`${admin}/healthz/ready`)).toBe(200);
    await expect
      .poll(async () => (await fetch(`${admin}/healthz`)).json(), { timeout: 10_000 })
      .toMatchObject({ status: 'down', checks: { database: { status: 'up' }, events: { status: 'down' } } });
  });
});

/** As after eight days in which nothing ran: today has no partition, and no event can be written. */
const standStill = () =>
  t.admin.query({
    text: `DO $$ DECLARE p regclass; BEGIN FOR p IN SELECT inhrelid::regclass FROM pg_inherits
             WHERE inhparent = 'tally.outbox'::regclass LOOP EXECUTE 'DROP TABLE ' || p; END LOOP; END $$`,
  });
const writeEvent = () =>
  t.db.transaction((tx) =>
    append(tx, [{ topic: 'tally', key: 'a', type: 'Tallied', version: 1, payload: {} }]),
  );

describe('a service that comes back after a week', () => {
  it('can write events as soon as it has started', async () => {
    await standStill();
    await expect(writeEvent()).rejects.toThrow(/no partition/);
    const { service } = await build();
    await service.start();
    await writeEvent();
  });

  it('can write them soon after its database is there, too', async () => {
    await standStill();
    const database = await door(t.url);
    const { service, lines } = await build({ DATABASE_URL: database.url });
    await service.start();
    const failures = () => lines.filter(({ msg }) => msg.startsWith('a job failed'));
    expect(failures()).toHaveLength(1);
    await database.open();
    await expect.poll(() => writeEvent().then(() => 'written'), { timeout: 15_000 }).toBe('written');
    await service.stop();
    await database.shut();
  });

  it('does not wait for a database that takes connections and says nothing', async () => {
    const held = new Set<Socket>();
    const silent = createServer((socket) => held.add(socket));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    const DATABASE_URL = `postgres://tally@127.0.0.1:${port}/x`;
    const ADMIN_PORT = `${await freePort()}`;
    const admin = `http://127.0.0.1:${ADMIN_PORT}`;
    const { service, lines } = await build({ DATABASE_URL, ADMIN_PORT }, { ready: [] });
    const starting = service.start();
    // Alive meanwhile, but nobody listens yet to whom work could be sent.
    await expect.poll(() => statusOf(`${admin}/healthz/live`).catch(() => 0)).toBe(200);
    expect([await statusOf(`${admin}/healthz/ready`), await statusOf(`${admin}/healthz`)]).toEqual([
      503, 503,
    ]);
    await starting;
    await expect.poll(() => statusOf(`${admin}/healthz/ready`)).toBe(200);
    expect(lines.filter(({ msg }) => msg.startsWith('a job failed'))).toEqual([]);
    for (const socket of held) socket.destroy();
    silent.close();
  });
});

describe('start', () => {
  it('fails when a port is taken, and leaves nothing behind', async () => {
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
    const { port } = squatter.address() as { port: number };
    for (const variable of ['HTTP_PORT', 'GRPC_PORT', 'ADMIN_PORT']) {
      const { service, db } = await build({ [variable]: String(port) });
      await expect(service.start()).rejects.toThrow(/EADDRINUSE|cannot listen/);
      expect(service.http.server.listening).toBe(false);
      await expect(db.ping()).rejects.toThrow();
    }
    await new Promise((resolve) => squatter.close(resolve));
  });

  it('gives the addresses at which it really listens', async () => {
    const { service } = await build();
    const { http, grpc, admin } = await service.start();
    expect(await statusOf(`${http}/v1/swagger/spec`)).toBe(200);
    expect(await statusOf(`${http}/healthz`)).toBe(200);
    expect(await statusOf(`${admin}/healthz`)).toBe(200);
    expect(await servingStatus(grpc)).toBe(1);
  });

  it('shows metrics of requests, of Node and of the pool on the admin port alone', async () => {
    const { service } = await build();
    const { http, admin } = await service.start();
    await fetch(`${http}/v1/tally`);
    const metrics = await (await fetch(`${admin}/metrics`)).text();
    expect(metrics).toContain('http_server_request_duration_seconds_bucket{');
    expect(metrics).toContain('nodejs_eventloop_lag_seconds');
    expect(metrics).toContain('database_waiting_callers 0');
    expect(await statusOf(`${http}/metrics`)).toBe(404);
  });

  it('answers 404 and 405 on the admin port', async () => {
    const { service } = await build();
    const { admin } = await service.start();
    expect(await statusOf(`${admin}/other`)).toBe(404);
    expect((await fetch(`${admin}/metrics`, { method: 'POST' })).status).toBe(405);
  });
});

describe('a connection to the database that is lost while idle', () => {
  const lost = 'a connection to the database was lost';
  const endAll = () =>
    t.admin.query({
      text: `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'tally' AND datname = current_database()`,
    });

  it('is logged, once', async () => {
    const { db, lines } = await build();
    await db.ping();
    await endAll();
    await expect.poll(() => lines.filter(({ msg }) => msg === lost)).toHaveLength(1);
    await db.ping();
  });

  it('is left to the one whom the service named', async () => {
    const told: Error[] = [];
    const db = connectDatabase({ url: t.url, onError: (error) => told.push(error) });
    const { lines } = await build({}, { db });
    await db.ping();
    await endAll();
    await expect.poll(() => told).toHaveLength(1);
    expect(lines.map(({ msg }) => msg)).not.toContain(lost);
  });
});

describe('stop', () => {
  it('goes in order, from the outside to the inside', async () => {
    const { service, lines } = await build({}, { consumers: [tallyConsumer()], onStop: [async () => {}] });
    await service.start();
    await service.stop();
    expect(lines.filter(({ msg }) => msg === 'stopped').map(({ step }) => step)).toEqual([
      'not ready',
      'wait',
      'requests',
      'jobs',
      'consumers',
      'onStop 1',
      'traces',
      'database',
      'admin',
    ]);
  });

  it('gives the last work of a service all the time that the rest does not need', async () => {
    let done = false;
    const lastWork = async () => {
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      done = true;
    };
    const { service, lines } = await build({}, { consumers: [tallyConsumer()], onStop: [lastWork] });
    await service.start();
    await service.stop();
    expect(done).toBe(true);
    expect(lines.map(({ msg }) => msg)).not.toContain('did not stop in order');
  });

  it.each(['1', '2'])(
    'ends within its grace of %s s, whatever hangs, and closes the database still',
    async (grace) => {
      const forEver = () => new Promise<void>(() => {});
      let working = false;
      const hanging = {
        name: 'hangs',
        seconds: 0.001,
        run() {
          working = true;
          return forEver();
        },
      };
      const parts = { every: [hanging], onStop: [forEver, forEver], consumers: [tallyConsumer()] };
      const { service, db, lines } = await build({ SHUTDOWN_GRACE_SECONDS: grace }, parts);
      await service.start();
      await expect.poll(() => working).toBe(true);
      const begun = performance.now();
      await service.stop();
      expect(performance.now() - begun).toBeLessThan(Number(grace) * 1_000);
      const late = lines.filter(({ msg }) => msg === 'did not stop in order').map(({ step }) => step);
      expect(late).toEqual(['jobs', 'onStop 1', 'onStop 2']);
      await expect(db.ping()).rejects.toThrow();
    },
  );

  it('is not ready at once, and alive until the end', async () => {
    const { service } = await build({ SHUTDOWN_DRAIN_SECONDS: '0.3' });
    const { http, grpc, admin } = await service.start();
    const stopped = service.stop();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await statusOf(`${admin}/healthz/ready`)).toBe(503);
    expect(await statusOf(`${admin}/healthz/live`)).toBe(200);
    expect(await servingStatus(grpc)).toBe(2);
    expect(await statusOf(`${http}/v1/tally`)).toBe(200);
    await stopped;
    await expect(fetch(`${admin}/healthz/live`)).rejects.toThrow();
  });

  it('twice is once', async () => {
    const { service } = await build();
    await service.start();
    const first = service.stop();
    expect(service.stop()).toBe(first);
    await first;
  });

  it('of a service that never started only closes what is there', async () => {
    const { service, db } = await build();
    const begun = performance.now();
    await service.stop();
    expect(performance.now() - begun).toBeLessThan(1000);
    await expect(db.ping()).rejects.toThrow();
  });

  it('does not wait for a stream that never ends longer than its share', async () => {
    const { service, lines } = await build(
      { SHUTDOWN_GRACE_SECONDS: '2' },
      {
        http: [
          (app) => {
            app.get('/v1/stream', (_request, reply) => {
              reply.hijack();
              reply.raw.writeHead(200, { 'content-type': 'text/event-stream' }).write(':\n\n');
            });
          },
        ],
      },
    );
    const { http } = await service.start();
    const stream = await fetch(`${http}/v1/stream`);
    const begun = performance.now();
    await service.stop();
    expect(performance.now() - begun).toBeLessThan(2000);
    await expect(stream.text()).rejects.toThrow();
    expect(lines.map(({ msg }) => msg)).not.toContain('did not stop in order');
  });
});

/** grpc.health.v1 by hand: 1 is SERVING, 2 is NOT_SERVING. */
function servingStatus(url: string): Promise<number | undefined> {
  const client = new Client(new URL(url).host, credentials.createInsecure());
  return new Promise<number | undefined>((resolve, reject) => {
    client.makeUnaryRequest(
      '/grpc.health.v1.Health/Check',
      () => Buffer.alloc(0),
      (bytes) => bytes[1],
      {},
      { deadline: Date.now() + 3000 },
      (error, status) => (error ? reject(error) : resolve(status)),
    );
  }).finally(() => client.close());
}
