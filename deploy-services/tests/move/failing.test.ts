import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { move } from '../../local/move/move.js';
import { Problem } from '../../local/problem.js';

// Nor can its copies be removed: there is no password for the database.
vi.mock('../../local/run-market.js', () => ({
  runMarket: async () => Promise.reject(new Problem('the first')),
}));
vi.mock('../../local/stack/java.js', () => ({ requireJava: () => 'java' }));
vi.mock('../../local/stack/jars.js', () => ({ jars: async () => '' }));

let dataDir: string;
const said: string[] = [];
beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'market-move-'));
  mkdirSync(path.join(dataDir, 'postgres'));
  vi.spyOn(process.stderr, 'write').mockImplementation((line) => said.push(String(line)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(dataDir, { recursive: true });
});

test('a move that fails says why and that nothing was moved, also when its copies cannot be removed', async () => {
  await expect(move(['--to', 'stack', '--data-dir', dataDir])).rejects.toThrow('the first');
  expect(said.join('')).toContain(
    `The copies could not be removed, which the next move will do: ${dataDir}/secrets.json is gone`,
  );
  expect(said.join('')).toContain(
    `Nothing was moved: npm start -- --data-dir ${dataDir} runs the embedded market`,
  );
});
