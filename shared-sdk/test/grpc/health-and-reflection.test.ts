import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { Client, type ClientReadableStream, credentials } from '@grpc/grpc-js';
import { afterEach, describe, expect, test } from 'vitest';
import { AppError } from '../../src/errors/index.js';
import { type Method, methodsOf } from '../../src/grpc/descriptors.js';
import { start, stopAll } from './start.js';
import { someStore, storeService } from './store-service.js';

afterEach(stopAll);

const store = storeService({
  GetStore({ id }) {
    if (id === 'none') throw new AppError('NOT_FOUND_STORE', 'not_found', 'There is no such store.');
    return someStore(id);
  },
});

describe('grpc.health.v1', () => {
  const watch = methodsOf('grpc.health.v1.Health').Watch as Method;

  function watched(
    url: string,
    service = '',
  ): { states: string[]; stream: ClientReadableStream<object>; ended: Promise<void> } {
    const raw = new Client(url.replace('http://', ''), credentials.createInsecure());
    const stream = raw.makeServerStreamRequest(
      watch.path,
      watch.requestSerialize,
      watch.responseDeserialize,
      { service },
    );
    const states: string[] = [];
    stream.on('data', ({ status }: { status: string }) => states.push(status));
    stream.on('error', () => {});
    const ended = new Promise<void>((resolve) => stream.on('close', () => resolve(raw.close())));
    return { states, stream, ended };
  }

  test('a watcher hears each change, and at last that it is over', async () => {
    let up = false;
    const ready = {
      name: 'database',
      critical: true,
      run: async () => void (up || (await Promise.reject(new Error('down')))),
    };
    const { url, server } = await start([store], { ready: [ready] });
    const { states, ended } = watched(url, 'market.store.v1.StoreService');
    await expect.poll(() => states).toEqual(['NOT_SERVING']);
    up = true;
    await expect.poll(() => states, { timeout: 3_000 }).toEqual(['NOT_SERVING', 'SERVING']);
    const began = performance.now();
    await server.stop(5_000);
    await ended;
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(states).toEqual(['NOT_SERVING', 'SERVING', 'NOT_SERVING']);
  });

  test('a watcher of an unknown service is told so', async () => {
    const { url } = await start([store]);
    const { states, stream } = watched(url, 'market.nothing.v1.Nothing');
    await expect.poll(() => states).toEqual(['SERVICE_UNKNOWN']);
    stream.cancel();
  });
});

const grpcurl = findGrpcurl();

// Most tools live on grpcurl's way to read reflection; nothing else proves that ours is right.
describe.skipIf(grpcurl === undefined)('grpcurl without any proto', () => {
  async function run(port: number, ...args: string[]): Promise<string> {
    const flags = args.filter((arg) => arg.startsWith('-'));
    const rest = args.filter((arg) => !arg.startsWith('-'));
    return (
      await promisify(execFile)(grpcurl as string, ['-plaintext', ...flags, `127.0.0.1:${port}`, ...rest])
    ).stdout;
  }
  async function call(
    port: number,
    method: string,
    request: object = {},
    headers: string[] = [],
  ): Promise<unknown> {
    const args = [
      '-plaintext',
      ...headers.flatMap((header) => ['-H', header]),
      '-d',
      JSON.stringify(request),
    ];
    return JSON.parse(
      (await promisify(execFile)(grpcurl as string, [...args, `127.0.0.1:${port}`, method])).stdout,
    );
  }

  test('lists the services, ours and the standard ones', async () => {
    const { port } = await start([store]);
    expect((await run(port, 'list')).trim().split('\n')).toEqual([
      'grpc.health.v1.Health',
      'grpc.reflection.v1.ServerReflection',
      'grpc.reflection.v1alpha.ServerReflection',
      'market.store.v1.StoreService',
    ]);
  });

  test('describes every service, message by message', async () => {
    const { port } = await start([store]);
    for (const service of (await run(port, 'list')).trim().split('\n')) {
      const described = await run(port, 'describe', service);
      const types = [...described.matchAll(/[( ]\.([\w.]+) /g)].map(([, type]) => type as string);
      expect(types.length).toBeGreaterThan(0);
      for (const type of types) expect(await run(port, 'describe', type)).toContain(type);
    }
  });

  test('calls a method', async () => {
    const { port } = await start([store]);
    expect(await call(port, 'market.store.v1.StoreService/GetStore', { id: '7' })).toMatchObject({
      store: { id: '7', status: 'STORE_STATUS_OPEN', version: 3 },
    });
  });

  test('shows the code of an error', async () => {
    const { port } = await start([store]);
    const failed: { stderr: string } = await call(port, 'market.store.v1.StoreService/GetStore', {
      id: 'none',
    }).then(
      () => ({ stderr: '' }),
      (error) => error,
    );
    expect(failed.stderr).toContain('Code: NotFound');
    expect(failed.stderr).toContain('"reason": "NOT_FOUND_STORE"');
  });

  test('checks and lists the health, map field and all', async () => {
    const { port } = await start([store]);
    expect(await call(port, 'grpc.health.v1.Health/Check')).toEqual({ status: 'SERVING' });
    expect(await call(port, 'grpc.health.v1.Health/List')).toEqual({
      statuses: { '': { status: 'SERVING' }, 'market.store.v1.StoreService': { status: 'SERVING' } },
    });
  });

  test('is told when there is no such symbol', async () => {
    const { port } = await start([store]);
    await expect(run(port, 'describe', 'market.nothing.v1.Nothing')).rejects.toThrow(/not found|NotFound/i);
  });
});

function findGrpcurl(): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  try {
    folders.push(path.join(execFileSync('go', ['env', 'GOPATH'], { encoding: 'utf8' }).trim(), 'bin'));
  } catch {
    // No Go here: then only the PATH counts.
  }
  const found = folders.map((folder) => path.join(folder, 'grpcurl')).find((file) => existsSync(file));
  if (!found)
    console.warn(
      'grpcurl is not installed: reflection is NOT tested. Get it with "go install github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.4"',
    );
  return found;
}
