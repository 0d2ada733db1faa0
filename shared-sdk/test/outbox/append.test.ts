import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Query, type Rows, type Tx, timeOf } from '../../src/db/index.js';
import { append, type OutboxEvent } from '../../src/outbox/index.js';
import { outboxOf, type TestDatabase } from '../../src/testing/index.js';
import { currentTrace, runInTrace } from '../../src/tracing/index.js';
import { send, thing } from '../fixtures/log.js';
import { tallyDatabase } from '../fixtures/tally.js';

let t: TestDatabase;
beforeAll(async () => {
  t = await tallyDatabase();
});
afterAll(() => t.drop());
afterEach(() => t.admin.query({ text: 'TRUNCATE tally.outbox' }));

/** A transaction that only notes what is sent. */
function noting() {
  const sent: Query[] = [];
  const tx: Tx = {
    query<R>(query: Query<R>) {
      sent.push(query as Query);
      return Promise.resolve({ rows: [], rowCount: 0 } as Rows<R>);
    },
  };
  return { tx, sent };
}

describe('what cannot become an event', () => {
  it.each([
    ['a value that JSON does not know', { payload: { big: 1n } }, 'BigInt'],
    ['a topic that Kafka would refuse', { topic: 'thïng' }, 'EVENT_TOPIC'],
    ['a topic without a name', { topic: '' }, 'EVENT_TOPIC'],
    ['a topic longer than a channel', { topic: 't'.repeat(60) }, 'EVENT_TOPIC'],
    ['a payload of more than 256 KB', { payload: { text: 'é'.repeat(131_073) } }, 'EVENT_TOO_LARGE'],
    ['a key of more than 255 characters', { key: 'k'.repeat(256) }, 'too long'],
    ['a version that is no number', { version: 'two' as unknown as number }, 'integer'],
    ['a NUL character', { payload: { text: 'a\0b' } }, 'Unicode'],
    ['an id that is no UUID', { id: 'seven' }, 'uuid'],
  ] as [string, Partial<OutboxEvent>, string][])(
    '%s fails its transaction, at the producer',
    async (_, wrong, reason) => {
      const failing = send(t.db, [thing('a', 1), { ...thing('a', 2), ...wrong }]).catch((error) => error);
      const error = await failing;
      expect(`${error.code} ${error.message}`).toMatch(reason);
      expect(await outboxOf(t.db)).toEqual([]);
    },
  );
});

describe('append', () => {
  it('sends nothing for no events', async () => {
    const { tx, sent } = noting();
    await append(tx, []);
    expect(sent).toEqual([]);
  });

  it('sends one prepared statement for many events', () => {
    const { tx, sent } = noting();
    append(tx, [thing('a', 1), thing('b', 1), thing('a', 2)]);
    expect(sent.map(({ name }) => name)).toEqual(['outbox_append']);
    expect(sent[0]?.text).not.toMatch(/copy/i); // rows of a COPY share a WAL position: a relay may lose some
  });

  it('writes what it is given, in order', async () => {
    const given = [
      {
        ...thing('a', 1),
        id: '0199a0b0-0000-7000-8000-000000000001',
        payload: { deep: [{ 'q"\\': null }, '{}', 'NULL'] },
      },
      { ...thing('ключ, "1" \\', 2), id: '0199a0b0-0000-7000-8000-000000000002', traceparent: null },
      { ...thing('', 3), id: '0199a0b0-0000-7000-8000-000000000003', payload: {} },
    ];
    await send(t.db, given);
    expect(await outboxOf(t.db)).toEqual(given.map((event) => ({ traceparent: null, ...event })));
  });

  it('takes the largest payload that is allowed', async () => {
    const text = 'x'.repeat(256 * 1024 - '{"text":""}'.length);
    await send(t.db, [{ ...thing('a', 1), payload: { text } }]);
    expect(await outboxOf(t.db)).toHaveLength(1);
  });

  it('makes ids that consumers can remember: UUIDv7 of now', async () => {
    const before = Date.now();
    await send(t.db, [thing('a', 1), thing('a', 2)]);
    for (const { id } of await outboxOf(t.db)) {
      expect(timeOf(id as string)).toBeGreaterThanOrEqual(before);
      expect(timeOf(id as string)).toBeLessThanOrEqual(Date.now());
    }
  });

  it('keeps the trace it is called in, unless the event brings one, or none', async () => {
    const own = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    let current: string | undefined;
    await runInTrace(undefined, 'test', async () => {
      current = currentTrace()?.traceparent;
      await send(t.db, [
        thing('a', 1),
        { ...thing('a', 2), traceparent: own },
        { ...thing('a', 3), traceparent: null },
      ]);
    });
    await send(t.db, [thing('a', 4)]);
    expect((await outboxOf(t.db)).map(({ traceparent }) => traceparent)).toEqual([current, own, null, null]);
  });
});
