import { mkdir, mkdtemp, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { linkLibraries } from '../../src/postgres/binaries.js';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'binaries-'));
  await mkdir(path.join(root, 'native', 'lib'), { recursive: true });
  await writeFile(path.join(root, 'native', 'lib', 'libpq.so.5.18'), 'library');
});

afterEach(() => rm(root, { recursive: true, force: true }));

test('links that npm left out are made once, however many processes start together', async () => {
  const links = ['libpq.so', 'libpq.so.5'].map((name) => ({
    source: 'native/lib/libpq.so.5.18',
    target: `native/lib/${name}`,
  }));
  await writeFile(path.join(root, 'native', 'pg-symlinks.json'), JSON.stringify(links));
  await Promise.all([1, 2, 3, 4, 5].map(() => linkLibraries(root)));
  expect(await readlink(path.join(root, 'native', 'lib', 'libpq.so'))).toBe('libpq.so.5.18');
  expect(await readFile(path.join(root, 'native', 'lib', 'libpq.so.5'), 'utf8')).toBe('library');
});

test('a package without links (Windows) is complete as it is', async () => {
  await expect(linkLibraries(root)).resolves.toBeUndefined();
});
