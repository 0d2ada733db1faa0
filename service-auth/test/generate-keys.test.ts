import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeEach, expect, test } from 'vitest';
import { keySet } from '../src/crypto/signing-keys.js';

const run = promisify(execFile);
const script = fileURLToPath(new URL('../src/generate-keys.ts', import.meta.url));
const command = [process.execPath, '--import', 'tsx', script];

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'auth-keys-'));
  file = path.join(folder, 'keys.json');
});

const generate = () => run(command[0] as string, [...command.slice(1), file]);

test('a key set is made that its owner alone can read, and nothing beside it', async () => {
  await generate();
  expect(keySet.parse(JSON.parse(await readFile(file, 'utf8'))).keys).toHaveLength(1);
  expect(await readdir(folder)).toEqual(['keys.json']);
  if (process.platform !== 'win32') expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('keys that are there are never replaced: every token that is out would be refused', async () => {
  await writeFile(file, 'the keys of a running market');
  await expect(generate()).rejects.toThrow(/EEXIST/);
  expect(await readFile(file, 'utf8')).toBe('the keys of a running market');
  expect(await readdir(folder)).toEqual(['keys.json']);
});

// A file of at most 0 bytes, as on a full disk; without the signal that would end the process.
test.skipIf(process.platform === 'win32')('on a full disk no half file is left to start from', async () => {
  const full = `trap '' XFSZ; ulimit -f 0; exec "$@"`;
  const env = { ...process.env, TSX_DISABLE_CACHE: '1' };
  await expect(run('sh', ['-c', full, 'sh', ...command, file], { env })).rejects.toThrow(/EFBIG/);
  expect(await readdir(folder)).toEqual([]);
});
