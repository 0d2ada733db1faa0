import { expect, test } from 'vitest';
import { bounded } from '../../src/crypto/bounded.js';

const full = new Error('full');
const refuse = () => full;

/** Work that ends when the test says so. */
function manual() {
  const running: (() => void)[] = [];
  const work = () => new Promise<void>((done) => running.push(done));
  const endOne = async () => {
    running.shift()?.();
    await new Promise(setImmediate);
  };
  return { running, work, endOne };
}

test('whoever finds the queue full is refused at once', async () => {
  const { work } = manual();
  const inTurn = bounded({ atOnce: 1, waiting: 1, refuse })();
  inTurn(work);
  inTurn(work);
  await expect(inTurn(work)).rejects.toBe(full);
});

test('work that fails gives its place to the next', async () => {
  const inTurn = bounded({ atOnce: 1, waiting: 1, refuse })();
  const failing = inTurn(() => Promise.reject(new Error('no')));
  const next = inTurn(async () => 'done');
  await expect(failing).rejects.toThrow('no');
  await expect(next).resolves.toBe('done');
});

test('never more at once than allowed, and in order of arrival', async () => {
  const { running, work, endOne } = manual();
  const inTurn = bounded({ atOnce: 2, waiting: 10, refuse })();
  const order: number[] = [];
  const all = [0, 1, 2, 3, 4].map((n) =>
    inTurn(() => {
      order.push(n);
      return work();
    }),
  );
  for (let left = 5; left > 0; left--) {
    expect(running.length).toBe(Math.min(2, left));
    await endOne();
  }
  await Promise.all(all);
  expect(order).toEqual([0, 1, 2, 3, 4]);
});

test('lines take turns, so that a crowd in one holds up nobody in another', async () => {
  const line = bounded({ atOnce: 1, waiting: 3, refuse });
  const [crowd, quiet] = [line(), line()];
  const order: string[] = [];
  const wait = (which: typeof crowd, name: string) => which(async () => void order.push(name));
  const all = ['c1', 'c2', 'c3', 'c4'].map((name) => wait(crowd, name));
  const tooMany = wait(crowd, 'c5');
  all.push(wait(quiet, 'q1'), wait(quiet, 'q2'));
  await expect(tooMany).rejects.toBe(full);
  await Promise.all(all);
  expect(order).toEqual(['c1', 'c2', 'q1', 'c3', 'q2', 'c4']);
});
