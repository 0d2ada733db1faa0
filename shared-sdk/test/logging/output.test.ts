import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { gone } from '../../src/postgres/process.js';

/** Runs a few lines of a program that has a `logger`, and gives what it wrote before the first pause of 20 ms. */
async function written(program: string): Promise<{ early: string; all: string }> {
  const logging = new URL('../../src/logging/index.ts', import.meta.url).href;
  const code = `import { createLogger } from '${logging}'; const logger = createLogger({ name: 'x' }); ${program}`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code]);
  let early = '';
  let all = '';
  child.stderr.resume();
  child.stdout.on('data', (chunk) => {
    early ||= String(chunk);
    all += chunk;
  });
  await once(child, 'close');
  return { early, all };
}

describe('standard output', () => {
  it.each([
    ['process.exit', "logger.info('last words'); process.exit(3)"],
    ['an exception', "logger.info('last words'); throw new Error('x')"],
    ['nothing left to do', "logger.info('last words')"],
    [
      'a signal that is handled',
      "process.on('SIGTERM', () => process.exit()); logger.info('last words'); process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 1000)",
    ],
  ])('gets every line before the process ends by %s', async (_, program) => {
    expect((await written(program)).all).toContain('last words');
  });

  it('gets a warning at once, with all that came before it', async () => {
    const { early } = await written(
      "logger.info('before'); logger.warn('now'); process.kill(process.pid, 'SIGKILL')",
    );
    expect(early).toMatch(/before.*now/s);
  });

  it('gets other lines together, and soon', async () => {
    const { early, all } = await written(
      "for (let i = 0; i < 50; i++) logger.info('line ' + i); setTimeout(() => process.kill(process.pid, 'SIGKILL'), 300)",
    );
    expect(early).toBe(all);
    expect(all.trim().split('\n')).toHaveLength(50);
  });

  it.each(['json', 'text'])('lets a process end in order whose reader was killed (%s)', async (format) => {
    const parent = fileURLToPath(new URL('../fixtures/orphan-parent.ts', import.meta.url));
    const args = ['--import', 'tsx', parent, format];
    const pid = Number(spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout);
    expect(pid).toBeGreaterThan(0);
    expect(await gone(pid, 5_000)).toBe(true);
  });
});
