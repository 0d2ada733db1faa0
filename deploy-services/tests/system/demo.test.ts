import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demo, play } from '../../local/demo/demo.js';
import { requireMarket } from '../../local/market-file.js';
import { type RunningMarket, startMarket } from './market.js';

const door = fileURLToPath(new URL('../../local/market.mjs', import.meta.url));
let market: RunningMarket;

beforeAll(async () => {
  market = await startMarket();
}, 120_000);
afterAll(() => market.stop(), 60_000);

async function playOnce(withinMs = 15_000) {
  const lines: string[] = [];
  const good = await play(requireMarket(market.dataDir), { write: (line) => lines.push(line), withinMs });
  return { lines, good };
}

/** The types of the events that a story shows, in its order. */
const eventsOf = (lines: string[], story: string): string[] => {
  const from = lines.findIndex((line) => line.startsWith(story));
  const next = lines.findIndex((line, i) => i > from && /^\d {2}/.test(line));
  return lines.slice(from, next < 0 ? undefined : next).flatMap((line) => {
    const event = /^ +\+\d+ +(?:order|stock|payment) +\S+ +\d+ +(\w+)/.exec(line)?.[1];
    return event ? [event] : [];
  });
};

describe('the demo', () => {
  it('says so when no market runs on the folder', async () => {
    await expect(demo(['--data-dir', '/nowhere/at/all'])).rejects.toThrow(/No market runs on .*npm start/);
  });

  it('tells the step that does not happen, and what is instead', async () => {
    await playOnce(); // its users and products are there
    const { pids } = requireMarket(market.dataDir);
    process.kill(pids.payment, 'SIGSTOP');
    try {
      await expect(playOnce(1_500)).rejects.toThrow(
        /M-\d+ should have become CAPTURED within 1.5 s and is RESERVED/,
      );
    } finally {
      process.kill(pids.payment, 'SIGCONT');
    }
  }, 60_000);

  it('plays every story, again and again, and ends with the verdict of the checker', async () => {
    for (let run = 0; run < 2; run++) {
      const { lines, good } = await playOnce();
      expect(good).toBe(true);
      expect(lines.at(-1)).toMatch(/^npm run check: all \d+ invariants hold$/);
      expect(eventsOf(lines, '1 ')).toEqual([
        'OrderPlaced',
        'StockReserved',
        'OrderPaymentRequested',
        'PaymentAuthorized',
        'OrderConfirmed',
        'PaymentCaptured',
        'OrderShipped',
        'OrderDelivered',
      ]);
      expect(eventsOf(lines, '2 ')).toContain('PaymentDeclined');
      expect(eventsOf(lines, '3 ')).toEqual(['OrderPlaced', 'StockRejected', 'OrderRejected']);
      expect(eventsOf(lines, '4 ').at(-1)).toBe('OrderCancelled');
    }
  }, 60_000);

  it('is over when it has said its last line: nothing that was only waited for keeps it', async () => {
    const command = spawn(process.execPath, [door, 'demo', '--data-dir', market.dataDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(command, 'exit');
    const lines = createInterface(command.stdout);
    for await (const line of lines) if (line.startsWith('npm run check: ')) break;
    const late = sleep(5_000, ['late'], { ref: false }); // a step is waited for up to 15 s
    const [code] = await Promise.race([ended, late]);
    command.kill('SIGKILL');
    expect(code).toBe(0);
  }, 60_000);

  it('fits a terminal of 100 columns, and has no colours where nobody looks', async () => {
    const { lines } = await playOnce();
    expect(lines.filter((line) => line.length > 100 || line.includes('\x1b'))).toEqual([]);
  }, 60_000);
});
