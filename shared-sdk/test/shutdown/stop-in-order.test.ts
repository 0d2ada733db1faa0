import { describe, expect, it } from 'vitest';
import { createLogger } from '../../src/logging/index.js';
import { stopInOrder } from '../../src/shutdown/index.js';

function watched() {
  const lines: { step: string; msg: string }[] = [];
  const logger = createLogger({ name: 'x', output: { write: (line) => void lines.push(JSON.parse(line)) } });
  return { logger, lines };
}

describe('stopInOrder', () => {
  it('leaves behind a step that fails or hangs, and says which', async () => {
    const { logger, lines } = watched();
    const done: string[] = [];
    const orderly = await stopInOrder(
      [
        { name: 'throws', timeoutMs: 50, run: () => Promise.reject(new Error('no')) },
        {
          name: 'throws at once',
          timeoutMs: 50,
          run: () => {
            throw new Error('no');
          },
        },
        { name: 'hangs', timeoutMs: 50, run: () => new Promise(() => {}) },
        { name: 'database', timeoutMs: 50, run: () => done.push('database') },
      ],
      logger,
    );
    expect(orderly).toBe(false);
    expect(done).toEqual(['database']);
    expect(lines.map(({ step }) => step)).toEqual(['throws', 'throws at once', 'hangs']);
  });

  it('gives what a step leaves of its time to those after it', async () => {
    const { logger, lines } = watched();
    const steps = [
      { name: 'quick', timeoutMs: 500, run: () => {} },
      { name: 'slow', timeoutMs: 50, run: () => new Promise((resolve) => setTimeout(resolve, 300)) },
      { name: 'database', timeoutMs: 50, run: () => {} },
    ];
    expect(await stopInOrder(steps, logger)).toBe(true);
    expect(lines).toEqual([]);
  });

  it('keeps for each step its own time, and takes no longer than all of them together', async () => {
    const { logger, lines } = watched();
    const forEver = () => new Promise(() => {});
    const begun = performance.now();
    const orderly = await stopInOrder(
      [
        { name: 'quick', timeoutMs: 200, run: () => {} },
        { name: 'hangs', timeoutMs: 50, run: forEver },
        { name: 'hangs too', timeoutMs: 50, run: forEver },
        { name: 'database', timeoutMs: 200, run: () => new Promise((resolve) => setTimeout(resolve, 100)) },
      ],
      logger,
    );
    expect(orderly).toBe(false);
    expect(lines.map(({ step }) => step)).toEqual(['hangs', 'hangs too']);
    expect(performance.now() - begun).toBeLessThan(500);
  });

  it('begins a step when the one before has ended', async () => {
    const { logger, lines } = watched();
    const order: string[] = [];
    const step = (name: string, ms: number) => ({
      name,
      timeoutMs: 500,
      run: async () => {
        order.push(`${name} begins`);
        await new Promise((resolve) => setTimeout(resolve, ms));
        order.push(`${name} ends`);
      },
    });
    expect(await stopInOrder([step('first', 30), step('second', 0)], logger)).toBe(true);
    expect(order).toEqual(['first begins', 'first ends', 'second begins', 'second ends']);
    expect(lines).toEqual([]);
  });
});
