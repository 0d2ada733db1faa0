import { existsSync, lstatSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { folders, read, root, services } from './folders.js';

const manifest = (folder: string) => JSON.parse(read(`${folder}/package.json`));
const lock = JSON.parse(read('package-lock.json'));

describe('the lock file', () => {
  test('names no download address, so that it works with any registry', () => {
    const resolved = Object.values<{ resolved?: string }>(lock.packages).flatMap(
      (entry) => entry.resolved ?? [],
    );
    expect(resolved.filter((address) => !folders.includes(address))).toEqual([]);
  });

  test('vouches for what is downloaded by its hash', () => {
    const downloaded = Object.entries<{ integrity?: string; link?: boolean }>(lock.packages).filter(
      ([place, entry]) => /(^|\/)node_modules\//.test(place) && !entry.link,
    );
    expect(downloaded.length).toBeGreaterThan(100);
    expect(downloaded.filter(([, entry]) => !entry.integrity).map(([place]) => place)).toEqual([]);
  });
});

describe('workspaces', () => {
  test.each(folders)('%s is linked, not downloaded', (folder) => {
    // Out of a dependent's range npm would silently install the published version instead.
    const { name } = manifest(folder);
    expect(lock.packages[`node_modules/${name}`]).toMatchObject({ resolved: folder, link: true });
    const link = path.join(root, 'node_modules', name);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(realpathSync(link)).toBe(realpathSync(path.join(root, folder)));
    for (const dependent of folders)
      expect(existsSync(path.join(root, dependent, 'node_modules', name)), `a copy in ${dependent}`).toBe(
        false,
      );
  });

  test('use one version of a package everywhere', () => {
    const versions = new Map<string, Set<string>>();
    for (const folder of ['.', ...folders]) {
      const { dependencies, devDependencies } = manifest(folder);
      for (const [name, version] of Object.entries<string>({ ...dependencies, ...devDependencies }))
        versions.set(name, (versions.get(name) ?? new Set()).add(version));
    }
    expect([...versions].filter(([, used]) => used.size > 1).map(([name]) => name)).toEqual([]);
  });

  test.each(['.', ...folders])('%s is for the versions of Node that the launcher takes', (folder) => {
    expect(manifest(folder).engines).toEqual({ node: '^20.19.0 || >=22.12.0' });
  });

  test('take the SDK in a range that this SDK satisfies', () => {
    const { name, version } = manifest('shared-sdk');
    const [major, minor] = version.split('.');
    for (const service of services)
      expect(manifest(service).dependencies[name]).toMatch(new RegExp(`^\\^${major}\\.${minor}\\.`));
  });
});
