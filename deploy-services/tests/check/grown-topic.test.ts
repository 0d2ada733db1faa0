import { expect, test } from 'vitest';
import type { EventLog, Snapshots } from '../../local/check/invariant.js';
import { type LogRecord, partitionsThen } from '../../local/check/kafka-record.js';
import { log } from '../../local/check/log.js';

// A topic that had two partitions and has four. The key `a` was in 0 and belongs in 3 now; `d` belongs in 3 as well.

const homes: Record<string, number[]> = { a: [0, 0, 2, 3], d: [0, 1, 2, 3] };
let came = 0;

/** Partition, version and key of each event, in the order in which they came. */
async function violations(
  ...places: [partition: number, version: number, key?: string][]
): Promise<string[]> {
  const next = new Map<number, number>();
  const records = places.map(([partition, version, key = 'a'], i): LogRecord => {
    const position = (next.get(partition) ?? 0) + 1;
    next.set(partition, position);
    const sent = { id: `${i}`, topic: 'order', key, type: 'OrderPlaced', version, content: '' };
    return { ...sent, partition, position, occurredAt: 0, cameAt: came++ };
  });
  const then = partitionsThen(records);
  const events = records.map((record) => ({ ...record, recent: true, partitions: then.get(record) ?? 1 }));
  const none = async () => [];
  const grown: EventLog = {
    asOf: 'now()',
    mayRepeat: true,
    mayLeaveOut: true,
    partitions: () => 4,
    partitionOf: (key, _, partitions) => homes[key]?.[partitions - 1] ?? -1,
    events: async () => events,
    readers: none,
    missing: async () => 0,
    unread: async () => 0,
  };
  const read: Snapshots = { auth: none, store: none, orders: none, payment: none, sandbox: none, log: grown };
  const order = log.find(({ number }) => number === '7');
  return (await order?.check(read))?.violations ?? ['it was not looked at'];
}

test('a key that has only old events is where it was', async () => {
  expect(await violations([0, 1], [0, 2])).toEqual([]);
});

test('a key goes on in its new partition', async () => {
  expect(await violations([0, 1], [0, 2], [3, 3], [3, 4])).toEqual([]);
  expect(await violations([3, 1])).toEqual([]);
});

test('a key that goes on elsewhere is told of', async () => {
  expect(await violations([0, 1], [1, 2])).toEqual(['order a is in partition 1']);
});

test('a key that was written to both at a time has no order', async () => {
  expect(await violations([0, 1], [0, 3], [3, 2], [3, 4])).not.toEqual([]);
});

test('a key whose event is missing between the two is told of', async () => {
  expect(await violations([0, 1], [3, 3])).toEqual(['versions of order a: 3 comes after 1']);
});

test('a key that is wholly where it never belonged is told of', async () => {
  expect(await violations([1, 1], [1, 2])).toEqual(['order a is in partition 1']);
});

test('a key that began where it never belonged is told of', async () => {
  expect(await violations([1, 1], [3, 2])).toEqual(['order a is in partition 1']);
});

test('a key that goes back to where it was is told of: topics do not shrink', async () => {
  expect(await violations([3, 1], [0, 2])).toEqual(['order a is in partition 0']);
});

test('a key that comes to its old partition when the new ones are in use is told of', async () => {
  expect(await violations([0, 1], [3, 1, 'd'], [0, 2])).toEqual(['order a is in partition 0']);
  expect(await violations([0, 1], [3, 1, 'd'], [3, 2])).toEqual([]);
});
