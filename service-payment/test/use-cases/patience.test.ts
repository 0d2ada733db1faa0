import { expect, test, vi } from 'vitest';
import { patience } from '../../src/use-cases/patience.js';

const never = new Promise<never>(() => {});

test('when the time is over, all calls end, those that mind the signal and those that do not', async () => {
  const { signal, within, end } = patience(0.05);
  const minding = new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  await expect(within(never)).rejects.toThrow('no answer in time');
  await expect(minding).rejects.toThrow('no answer in time');
  end();
});

test('an answer in time is the answer, and nothing happens later', async () => {
  const { signal, within, end } = patience(0.02);
  expect(await within(Promise.resolve('yes'))).toBe('yes');
  end();
  await new Promise((resolve) => setTimeout(resolve, 40));
  expect(signal.aborted).toBe(false);
});

test('hundreds of calls may listen without a warning', async () => {
  const warned = vi.fn();
  process.on('warning', warned);
  const { signal, end } = patience(1);
  for (let i = 0; i < 500; i++) signal.addEventListener('abort', () => {});
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', warned);
  end();
  expect(warned).not.toHaveBeenCalled();
});
