import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { main } from '../../local/main.js';
import { readOptions } from '../../local/options.js';
import { start } from '../../local/start.js';

describe('what is mistyped is told, before anything is started', () => {
  test.each([
    [['--port-bsae', '9000'], "Unknown option '--port-bsae'. Try --help."],
    [['--profile', 'cloud'], 'There is no profile "cloud"'],
    [['--port-base', 'eight'], '--port-base takes 0 or a number from 1024 to 65000.'],
    [['--port-base', '80'], '--port-base takes 0 or a number from 1024 to 65000.'],
  ])('%j', async (args, message) => {
    await expect(start(args)).rejects.toThrow(message);
  });

  test('a word too many', () => {
    expect(() => readOptions(['now'], {})).toThrow(/now/);
  });

  test('an option that npm took for its own: the command would be about another market', () => {
    vi.stubEnv('npm_config_data_dir', '/elsewhere');
    expect(() => readOptions([], {})).toThrow('write it behind two dashes: -- --data-dir /elsewhere');
    vi.unstubAllEnvs();
  });

  test('a data folder that cannot be one, in one line', async () => {
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(await main(['start', '--data-dir', path.join(import.meta.filename, 'data')])).toBe(1);
    expect(said.mock.calls.join()).toMatch(/^ENOTDIR: not a directory.*\n$/);
    said.mockRestore();
  });

  test('an unknown command, with those that there are', async () => {
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(await main(['strat'])).toBe(2);
    expect(said.mock.calls.join()).toMatch(/no command "strat"; there are: start, dev, status/);
    said.mockRestore();
  });
});
