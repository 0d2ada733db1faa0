import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inGroups } from '../../src/use-cases/in-groups.js';

test('a group that fails fails for its members only', async () => {
  const work = inGroups(async (items: number[]) => {
    if (items.includes(1)) throw new Error('bad');
    return items;
  });
  const first = work(1);
  await expect(first).rejects.toThrow('bad');
  expect(await work(2)).toBe(2);
});

test('items of one tick go together, those that come meanwhile form the next group', async () => {
  const groups: number[][] = [];
  const work = inGroups(async (items: number[]) => {
    groups.push(items);
    await sleep(20);
    return items.map((item) => item * 10);
  }, 3);
  const first = [1, 2].map(work);
  await sleep(5);
  const second = [3, 4, 5, 6].map(work);
  expect(await Promise.all([...first, ...second])).toEqual([10, 20, 30, 40, 50, 60]);
  expect(groups).toEqual([[1, 2], [3, 4, 5], [6]]);
});
