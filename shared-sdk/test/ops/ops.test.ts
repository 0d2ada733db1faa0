import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { uuidv7 } from '../../src/db/index.js';
import type { GroupStatus } from '../../src/events/index.js';
import { processor } from '../../src/events/process.js';
import { createGrpcServer, type GrpcClient, type GrpcServer, grpcClient } from '../../src/grpc/index.js';
import { createHealth } from '../../src/health/index.js';
import { createLogger } from '../../src/logging/index.js';
import { opsService } from '../../src/ops/index.js';
import { deliver, type TestDatabase, testTokens } from '../../src/testing/index.js';
import { quiet, send, thing } from '../fixtures/log.js';
import { counted, parkedOf, seenOf, tallyConsumer, tallyDatabase } from '../fixtures/tally.js';

const group = 'tally.things';
const part = [{ topic: 'thing', partition: 0 }];
const boom = () => {
  throw new Error('boom');
};

let t: TestDatabase;
let server: GrpcServer;
let ops: GrpcClient<'market.ops.v1.OpsService'>;
let admin: string;
let user: string;
let status: GroupStatus[] = [];
const lines: { msg: string; by?: string }[] = [];

beforeAll(async () => {
  t = await tallyDatabase();
  const tokens = await testTokens();
  [admin, user] = await Promise.all([tokens.token({ role: 'admin', userId: 'the-admin' }), tokens.token()]);
  const logger = createLogger({
    name: 'test',
    output: { write: (line) => void lines.push(JSON.parse(line)) },
  });
  server = createGrpcServer({
    host: '127.0.0.1',
    port: 0,
    services: [opsService({ db: t.db, consumers: () => status, logger })],
    verifier: tokens.verifier,
    health: createHealth({}),
    logger: quiet,
  });
  ops = grpcClient('market.ops.v1.OpsService', `http://127.0.0.1:${await server.start()}`);
});
afterAll(async () => {
  ops.close();
  await server.stop(100);
  await t.drop();
});
afterEach(() =>
  t.admin.query({
    text: 'TRUNCATE tally.tally, tally.inbox, tally.parked, tally.attempt, tally.run, tally.outbox',
  }),
);

const asAdmin = () => ({ token: admin });
const open = (consumer = tallyConsumer()) =>
  processor({ db: t.db, consumer, logger: quiet, signal: new AbortController().signal });
/** Key a: the first message cannot be handled, two wait behind it. Key b: one that cannot either. */
async function parkSome() {
  const bad = counted('a', 'bad');
  const messages = [bad, counted('a', '2'), counted('a', '3'), counted('b', 'bad')];
  await deliver(t.db, tallyConsumer({ bad: boom }), messages);
  return messages as [typeof bad, typeof bad, typeof bad, typeof bad];
}
const listed = async (filter: { consumer?: string; key?: string; limit?: number; offset?: number } = {}) =>
  ops.ListParked({ consumer: '', key: '', limit: 0, offset: 0, ...filter }, asAdmin());

describe('who may operate', () => {
  const calls: [string, (token?: string) => Promise<unknown>][] = [
    ['ListParked', (token) => ops.ListParked({ consumer: '', key: '', limit: 0, offset: 0 }, { token })],
    ['GetParked', (token) => ops.GetParked({ consumer: group, messageId: 'x' }, { token })],
    ['ReplayParked', (token) => ops.ReplayParked({ consumer: group, messageId: 'x' }, { token })],
    ['DiscardParked', (token) => ops.DiscardParked({ consumer: group, messageId: 'x' }, { token })],
    ['ListConsumers', (token) => ops.ListConsumers({}, { token })],
    ['FindInbox', (token) => ops.FindInbox({ messageId: uuidv7() }, { token })],
    ['FindOutbox', (token) => ops.FindOutbox({ topic: '', key: 'a', limit: 0 }, { token })],
  ];
  it.each(calls)('%s refuses strangers and users, and lets admins in', async (_, call) => {
    await expect(call()).rejects.toMatchObject({ kind: 'unauthenticated' });
    await expect(call(user)).rejects.toMatchObject({ kind: 'forbidden', code: 'FORBIDDEN' });
    const answer = await call(admin).catch((error) => error.code);
    expect(['UNAUTHORIZED', 'FORBIDDEN', 'INTERNAL']).not.toContain(answer);
  });
});

describe('what is wrong with a request', () => {
  it.each([
    ['a page of more than 100', () => listed({ limit: 101 })],
    ['a page before the first', () => listed({ offset: -1 })],
    ['a message without an id', () => ops.GetParked({ consumer: group, messageId: '' }, asAdmin())],
    ['an inbox by no UUID', () => ops.FindInbox({ messageId: 'seven' }, asAdmin())],
    ['an outbox without a key', () => ops.FindOutbox({ topic: '', key: '', limit: 0 }, asAdmin())],
    ['a NUL', () => listed({ key: 'a\0' })],
  ])('%s is said, not answered with a failure of ours', async (_, call) => {
    await expect(call()).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  });

  it('a message that is not parked is not found, whatever is asked of it', async () => {
    const unknown = { consumer: group, messageId: uuidv7() };
    for (const call of [ops.GetParked, ops.ReplayParked, ops.DiscardParked])
      await expect(call(unknown, asAdmin())).rejects.toMatchObject({
        code: 'NOT_FOUND_PARKED',
        kind: 'not_found',
      });
    expect((await t.db.query({ text: 'SELECT FROM inbox' })).rowCount).toBe(0);
  });
});

describe('looking', () => {
  it('lists what is parked, the longest parked first, by group and by key', async () => {
    const [bad] = await parkSome();
    const { messages, total } = await listed();
    expect(total).toBe(4);
    expect(messages.map(({ key, reason }) => [key, reason])).toEqual(
      expect.arrayContaining([
        ['a', 'FAILED'],
        ['a', 'BEHIND_PARKED'],
        ['b', 'FAILED'],
      ]),
    );
    expect(messages.find(({ messageId }) => messageId === bad.id)).toEqual({
      consumer: group,
      messageId: bad.id,
      topic: 'thing',
      partition: 0,
      position: bad.position,
      key: 'a',
      type: 'Counted',
      reason: 'FAILED',
      error: 'boom',
      parkedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
    expect((await listed({ key: 'b' })).total).toBe(1);
    expect((await listed({ consumer: 'tally.other' })).messages).toEqual([]);
    const second = await listed({ limit: 3, offset: 3 });
    expect([second.messages.length, second.total]).toEqual([1, 4]);
  });

  it('shows the whole message, also one that PostgreSQL itself cannot read', async () => {
    const odd = { ...counted('a', '1'), id: 'no id', payload: { label: 7, note: 'a\u0000b' } };
    await deliver(t.db, tallyConsumer(), [odd]);
    const { message, content } = await ops.GetParked({ consumer: group, messageId: 'no id' }, asAdmin());
    expect(message).toMatchObject({ type: 'Counted', reason: 'BAD_ID' });
    expect(JSON.parse(content)).toEqual(odd);
  });

  it('tells how far the consumers of this process are, in the order of their groups', async () => {
    const partitions = [{ topic: 'thing', partition: 2, committed: 7 }];
    status = [
      { group: 'tally.z', lag: 3, partitions, failure: 'gone' },
      { group: 'tally.a', lag: 0, partitions: [] },
    ];
    const { consumers } = await ops.ListConsumers({}, asAdmin());
    expect(consumers).toEqual([
      { group: 'tally.a', lag: 0, partitions: [] },
      { group: 'tally.z', lag: 3, partitions, failure: 'gone' },
    ]);
  });

  it('tells who has handled a message', async () => {
    const one = counted('a', '1');
    await deliver(t.db, tallyConsumer({}, 'tally.z'), [one]);
    await deliver(t.db, tallyConsumer({}, 'tally.a'), [one]);
    expect(await ops.FindInbox({ messageId: one.id }, asAdmin())).toEqual({
      consumers: ['tally.a', 'tally.z'],
    });
    expect(await ops.FindInbox({ messageId: one.id.toUpperCase() }, asAdmin())).toEqual({
      consumers: ['tally.a', 'tally.z'],
    });
    expect(await ops.FindInbox({ messageId: uuidv7() }, asAdmin())).toEqual({ consumers: [] });
  });

  it('finds the events of an aggregate, in the order of their versions', async () => {
    await send(t.db, [
      thing('a', 2),
      { ...thing('a', 1), traceparent: null },
      thing('b', 1),
      { ...thing('a', 1), topic: 'other' },
    ]);
    const { events } = await ops.FindOutbox({ topic: '', key: 'a', limit: 0 }, asAdmin());
    expect(events.map(({ topic, version, payload }) => [topic, version, payload])).toEqual([
      ['other', 1, '{"label":"1"}'],
      ['thing', 1, '{"label":"1"}'],
      ['thing', 2, '{"label":"2"}'],
    ]);
    expect((await ops.FindOutbox({ topic: 'thing', key: 'a', limit: 1 }, asAdmin())).events).toHaveLength(1);
  });
});

describe('a replay', () => {
  it('is asked for a whole key and no other, so that its order is kept', async () => {
    const messages = await parkSome();
    // By the last of them: what waits before it goes first all the same.
    expect(await ops.ReplayParked({ consumer: group, messageId: messages[2].id }, asAdmin())).toEqual({
      messages: 3,
    });
    const asked = (await listed()).messages.filter(
      ({ replayRequestedAt }) => replayRequestedAt !== undefined,
    );
    expect(asked.map(({ key }) => key)).toEqual(['a', 'a', 'a']);
    expect(await open().replay(part)).toBe(3);
    expect(await seenOf(t.db)).toEqual({ a: ['bad', '2', '3'] });
    expect((await listed()).messages.map(({ key }) => key)).toEqual(['b']);
    expect(lines.at(-1)).toMatchObject({ msg: 'replay requested', by: 'the-admin' });
  });

  it('may be asked for again, after it failed or before it began', async () => {
    const [bad] = await parkSome();
    const ask = () => ops.ReplayParked({ consumer: group, messageId: bad.id }, asAdmin());
    await ask();
    expect(await ask()).toEqual({ messages: 3 });
    await open(tallyConsumer({ bad: boom })).replay(part);
    const after = (await listed()).messages.filter(
      ({ replayRequestedAt }) => replayRequestedAt !== undefined,
    );
    expect(after).toEqual([]);
    expect(await ask()).toEqual({ messages: 3 });
  });
});

describe('discarding', () => {
  it('forgets one message for ever; a redelivery is skipped, and the rest of its key is replayed', async () => {
    const [bad, two, three] = await parkSome();
    expect(await ops.DiscardParked({ consumer: group, messageId: bad.id }, asAdmin())).toEqual({});
    await deliver(t.db, tallyConsumer(), [bad, two, three]);
    expect((await parkedOf(t.db)).map(({ key, label }) => [key, label])).toEqual([
      ['a', '2'],
      ['a', '3'],
      ['b', 'bad'],
    ]);
    await ops.ReplayParked({ consumer: group, messageId: two.id }, asAdmin());
    await open().replay(part);
    expect(await seenOf(t.db)).toEqual({ a: ['2', '3'] });
    expect(await ops.FindInbox({ messageId: bad.id }, asAdmin())).toEqual({ consumers: [group] });
    expect(lines.find(({ msg }) => msg === 'parked message discarded')).toMatchObject({ by: 'the-admin' });
  });

  it('concerns one group only', async () => {
    const [bad] = await parkSome();
    await deliver(t.db, tallyConsumer({ bad: boom }, 'tally.other'), [bad]);
    await ops.DiscardParked({ consumer: group, messageId: bad.id }, asAdmin());
    expect((await listed({ consumer: 'tally.other' })).total).toBe(1);
    expect(await ops.FindInbox({ messageId: bad.id }, asAdmin())).toEqual({ consumers: [group] });
  });

  it.each([
    ['no UUID', 'seven'],
    ['a UUIDv4', '0b7c1f2e-6f0a-4a55-9d3f-0123456789ab'],
    ['from next month', uuidv7(Date.now() + 30 * 86_400_000)],
  ])('works for an id that no inbox could hold: %s', async (_, id) => {
    await deliver(t.db, tallyConsumer(), [counted('a', '1', { id })]);
    await ops.DiscardParked({ consumer: group, messageId: id }, asAdmin());
    expect((await listed()).total).toBe(0);
    expect((await t.db.query({ text: 'SELECT FROM inbox' })).rowCount).toBe(0);
  });

  it('works for an id from before the inbox began', async () => {
    const id = uuidv7(Date.now() - 60 * 86_400_000);
    await deliver(t.db, tallyConsumer({ bad: boom }), [counted('a', 'bad', { id })]);
    await ops.DiscardParked({ consumer: group, messageId: id }, asAdmin());
    expect((await listed()).total).toBe(0);
  });

  it('and a replay at the same moment: the message is either gone or applied, never both', async () => {
    for (let round = 0; round < 5; round++) {
      const one = counted(`k${round}`, 'bad');
      await deliver(t.db, tallyConsumer({ bad: boom }), [one]);
      await ops.ReplayParked({ consumer: group, messageId: one.id }, asAdmin());
      const [discarded] = await Promise.allSettled([
        ops.DiscardParked({ consumer: group, messageId: one.id }, asAdmin()),
        open().replay(part),
      ]);
      const applied = (await seenOf(t.db))[`k${round}`] !== undefined;
      expect(applied).toBe(discarded.status === 'rejected');
    }
    expect((await listed()).total).toBe(0);
  });
});
