import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { together } from '../../src/batching/index.js';

test('a group that fails fails for its members only', async () => {
  const work = together(async (items: number[]) => {
    if (items.includes(1)) throw new Error('bad');
    return items;
  });
  const first = work(1);
  await expect(first).rejects.toThrow('bad');
  expect(await work(2)).toBe(2);
});

test('items of one tick go together, those that come meanwhile form the next group', async () => {
  const groups: number[][] = [];
  const work = together(
    async (items: number[]) => {
      groups.push(items);
      await sleep(20);
      return items.map((item) => item * 10);
    },
    { most: 3 },
  );
  const first = [1, 2].map(work);
  await sleep(5);
  const second = [3, 4, 5, 6].map(work);
  expect(await Promise.all([...first, ...second])).toEqual([10, 20, 30, 40, 50, 60]);
  expect(groups).toEqual([[1, 2], [3, 4, 5], [6]]);
});

test('as many groups as allowed are under way at once, and no more', async () => {
  let under = 0;
  let most = 0;
  const work = together(
    async (items: number[]) => {
      most = Math.max(most, ++under);
      await sleep(10);
      under--;
      return items;
    },
    { most: 1, flights: 3 },
  );
  expect(await Promise.all([1, 2, 3, 4, 5, 6, 7].map(work))).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(most).toBe(3);
});
