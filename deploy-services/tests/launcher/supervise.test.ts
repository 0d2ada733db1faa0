import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Output } from '../../local/output.js';
import { type Program, type Supervised, supervise } from '../../local/supervise.js';

/** For a Node to start on busy cores. */
const patience = { timeout: 20_000 };

let folder: string;
let said: string[];
let running: Supervised[];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'supervise-'));
  said = [];
  running = [];
});

afterEach(async () => {
  await Promise.all(running.map((supervised) => supervised.stop()));
  rmSync(folder, { recursive: true });
});

/** A program that notes each of its starts, and then does what it is told. */
function run(then: string, more: { deathsAllowed?: number } = {}): Supervised {
  const module = path.join(folder, 'program.mjs');
  const starts = path.join(folder, 'starts');
  writeFileSync(
    module,
    `import { appendFileSync } from 'node:fs';
     appendFileSync(${JSON.stringify(starts)}, process.pid + ' ');
     process.on('message', (message) => message === 'stop' && process.exit());
     process.once('disconnect', () => process.exit());
     ${then}`,
  );
  return started({ name: 'program', module, cwd: folder, env: {}, ...more });
}

function started(program: Program): Supervised {
  const output: Output = {
    say: (line) => said.push(line),
    of: () => (chunk) => said.push(String(chunk)),
    showAll: () => {},
  };
  const supervised = supervise(program, output, () => {});
  running.push(supervised);
  return supervised;
}

const starts = (): string[] => {
  try {
    return readFileSync(path.join(folder, 'starts'), 'utf8').trim().split(' ');
  } catch {
    return []; // none yet
  }
};

test('who keeps ending is started again with longer and longer pauses, and that is said', async () => {
  const program = run('process.exit(7)');
  await expect.poll(() => starts().length, patience).toBeGreaterThanOrEqual(4);
  expect(said.slice(0, 3)).toEqual([
    'program ended (exit 7), starting it again in 100 ms',
    'program ended (exit 7), starting it again in 200 ms',
    'program ended (exit 7), starting it again in 400 ms',
  ]);
  expect(program.deaths()).toBeGreaterThanOrEqual(3);
});

test('who is killed is started again', async () => {
  const program = run('setInterval(() => {}, 1000)');
  await expect.poll(starts, patience).toHaveLength(1);
  process.kill(program.pid() as number, 'SIGKILL');
  await expect.poll(starts, patience).toHaveLength(2);
  expect(said.join()).toContain('program ended (SIGKILL)');
});

test('who is told to stop is not', async () => {
  const program = run('setInterval(() => {}, 1000)');
  await expect.poll(starts, patience).toHaveLength(1);
  await program.stop();
  expect(program.pid()).toBe(undefined);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(starts()).toHaveLength(1);
  expect(said).toEqual([]);
});

test('a place that was left to somebody else is taken back', async () => {
  const program = run('setInterval(() => {}, 1000)');
  await expect.poll(starts, patience).toHaveLength(1);
  await program.release();
  program.resume();
  await expect.poll(starts, patience).toHaveLength(2);
});

test('what the market can do without is left when it keeps ending', async () => {
  run('process.exit(7)', { deathsAllowed: 3 });
  await expect.poll(() => said, patience).toHaveLength(3);
  expect(said.at(-1)).toBe('program keeps ending (exit 7): the market goes on without it');
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(starts()).toHaveLength(3);
});

test('what cannot be started is tried again, and holds up no stop', async () => {
  const program = started({
    name: 'program',
    cwd: folder,
    env: {},
    command: () => [path.join(folder, 'is-not-there')],
    onStart: () => {},
    onEnd: () => {},
  });
  await expect.poll(() => said.length, patience).toBeGreaterThanOrEqual(2);
  expect(said[0]).toMatch(/^program ended \(spawn .*ENOENT\), starting it again in 100 ms$/);
  await program.stop();
  expect(program.pid()).toBe(undefined);
});

test('who was stopped for good is not started by somebody who gives a place back', async () => {
  const program = run('setInterval(() => {}, 1000)');
  await expect.poll(starts, patience).toHaveLength(1);
  await program.release();
  await program.stop();
  program.resume();
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(starts()).toHaveLength(1);
});
