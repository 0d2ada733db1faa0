import { Metadata, Server, ServerCredentials, type StatusObject, status } from '@grpc/grpc-js';
import { afterEach, describe, expect, test } from 'vitest';
import { AppError } from '../../src/errors/index.js';
import { messageCodec } from '../../src/grpc/descriptors.js';
import { client, failureOf, start, stopAll } from './start.js';
import { storeService } from './store-service.js';

const servers: Server[] = [];
afterEach(async () => {
  await stopAll();
  for (const server of servers.splice(0)) server.forceShutdown();
});

const packed = (name: string, value: object) => ({
  typeUrl: `type.googleapis.com/${name}`,
  value: messageCodec(name).write(value),
});
const infoOf = (kind: string) =>
  packed('google.rpc.ErrorInfo', {
    reason: 'STORE_ON_FIRE',
    domain: 'market',
    metadata: [{ key: 'kind', value: kind }],
  });
const detailsOf = (...details: object[]) =>
  messageCodec('google.rpc.Status').write({ code: 9, message: 'no', details });

/** The client of a server that is not ours, and refuses each call with these details. */
async function refusedWith(details: Buffer) {
  const server = new Server();
  servers.push(server);
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', details);
  const refusal: StatusObject = { code: status.FAILED_PRECONDITION, details: 'no', metadata };
  const asTheyAre = (bytes: Buffer) => bytes;
  const method = {
    path: '/market.store.v1.StoreService/GetStore',
    requestStream: false,
    responseStream: false,
    requestSerialize: asTheyAre,
    requestDeserialize: asTheyAre,
    responseSerialize: asTheyAre,
    responseDeserialize: asTheyAre,
  };
  server.addService(
    { GetStore: method },
    { GetStore: (_: unknown, answer: (error: StatusObject) => void) => answer(refusal) },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return client(`http://127.0.0.1:${port}`);
}

describe('a peer that is not ours, or newer', () => {
  test.each([
    ['are no message', Buffer.from([0x0a, 0xff, 0xff])],
    ['hold what is no message', detailsOf({ ...infoOf('conflict'), value: Buffer.from([0x0a, 0xff]) })],
  ])('whose details %s is understood by its status', async (_, details) => {
    const failure = await failureOf((await refusedWith(details)).GetStore({ id: '1' }));
    expect(failure).toMatchObject({ code: 'FAILED_PRECONDITION', kind: 'conflict', message: 'no' });
  });

  test.each(['on_fire', 'constructor', ''])(
    'that says the kind "%s" is taken at its status',
    async (kind) => {
      const peer = await refusedWith(detailsOf(infoOf(kind)));
      const failure = await failureOf(peer.GetStore({ id: '1' }));
      expect(failure).toMatchObject({ code: 'STORE_ON_FIRE', kind: 'conflict' });

      const between = await start([storeService({ GetStore: (request) => peer.GetStore(request) as never })]);
      expect(await failureOf(between.client.GetStore({ id: '1' }))).toMatchObject({
        code: 'STORE_ON_FIRE',
        kind: 'conflict',
      });
    },
  );

  test('that throws in our process what only a newer SDK knows is answered as a failure of ours', async () => {
    const newer = () => {
      throw new AppError('X', 'on_fire' as never, 'hot');
    };
    const { client } = await start([storeService({ GetStore: newer })]);
    expect(await failureOf(client.GetStore({ id: '1' }))).toMatchObject({
      code: 'INTERNAL',
      kind: 'internal',
    });
  });
});
