import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const module = fileURLToPath(new URL('../../dist/local/interrupted.js', import.meta.url));

/** A program that takes 300 ms to stop in order, and what it said; it gets the signals at these times. */
async function interrupted(...atMs: number[]): Promise<string[]> {
  const program = `
    const { aborted, interruption } = await import(${JSON.stringify(module)});
    const signal = interruption((line) => console.log(line));
    setInterval(() => {}, 1_000);
    console.log('runs');
    await aborted(signal);
    setTimeout(() => { console.log('stopped'); process.exit(); }, ${atMs.length > 1 && (atMs.at(-1) as number) > 500 ? 5_000 : 300});`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  const ended = once(child, 'exit');
  while (!said.includes('runs')) await sleep(10);
  let now = 0;
  for (const at of atMs) {
    await sleep(at - now);
    now = at;
    child.kill('SIGINT');
  }
  await ended;
  return said.trim().split('\n').slice(1);
}

const first = 'stopping; once more ends everything at once';

test('a Ctrl-C that comes twice, from the terminal and from npm, is one', async () => {
  expect(await interrupted(0)).toEqual([first, 'stopped']);
  expect(await interrupted(0, 5)).toEqual([first, 'stopped']);
});

test('a second one, a while later, ends it at once', async () => {
  expect(await interrupted(0, 1_500)).toEqual([first, 'stopping at once']);
});
