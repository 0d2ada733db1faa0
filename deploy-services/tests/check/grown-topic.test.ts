import { expect, test } from 'vitest';
import type { EventLog, LoggedEvent, Snapshots } from '../../local/check/invariant.js';
import { log } from '../../local/check/log.js';

// A topic that had two partitions and has four: the key `a` was in 0 and belongs in 3 now.

/** Partition and version of each event of the key, each partition in its order. */
async function violations(...places: [partition: number, version: number][]): Promise<string[]> {
  const next = new Map<number, number>();
  const events = places.map(([partition, version], i): LoggedEvent => {
    const position = (next.get(partition) ?? 0) + 1;
    next.set(partition, position);
    const sent = { id: `${i}`, topic: 'order', key: 'a', type: 'OrderPlaced', version, content: '' };
    return { ...sent, partition, position, recent: true };
  });
  const none = async () => [];
  const grown: EventLog = {
    asOf: 'now()',
    mayRepeat: true,
    mayGrow: true,
    partitionOf: () => 3,
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
