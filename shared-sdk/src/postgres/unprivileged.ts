import { spawnSync } from 'node:child_process';
import { chownSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Binaries } from './binaries.js';
import { postgresError } from './start-failure.js';

/** How to start PostgreSQL's programs: words to put before the command, and the user to become. */
export interface RunAs {
  prefix: string[];
  user: { uid?: number; gid?: number };
}

/**
 * PostgreSQL refuses to run as root, which containers and CI machines often are. This file holds what only Linux
 * needs or offers; everywhere else, and for every other user, it changes nothing.
 *
 * As root the programs run as `postgres` or `nobody`. Where such a user cannot reach the binaries or the data (a
 * checkout below /root, mode 0700), a user namespace makes root look like `nobody` to PostgreSQL and keeps its access.
 */
export function unprivileged(binaries: Binaries, folder: string): RunAs {
  if (process.getuid?.() !== 0) return { prefix: [], user: {} };
  const user = unprivilegedUser();
  if (succeeds(binaries.postgres, ['--version'], user) && succeeds('test', ['-x', folder], user)) {
    return { prefix: [], user };
  }
  const prefix = ['unshare', '-U', '--map-user=65534', '--map-group=65534'];
  if (succeeds('unshare', [...prefix.slice(1), binaries.postgres, '--version'], {}))
    return { prefix, user: {} };
  throw postgresError(
    'ROOT',
    `PostgreSQL refuses to run as root, and the user it would become instead (uid ${user.uid}) cannot reach ` +
      `${folder} or ${path.dirname(binaries.postgres)}: run as another user, or keep both in folders open to all`,
  );
}

/** Hands a data folder to the user that will run the server: it may have been made by another one, or by root. */
export function giveFolder(folder: string, runAs: RunAs): void {
  if (process.getuid?.() !== 0) return;
  const { uid = 0, gid = 0 } = runAs.user;
  if (lstatSync(folder).uid === uid) return;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    chownSync(path.join(folder, name), uid, gid);
  }
  chownSync(folder, uid, gid); // last: an interrupted hand-over is noticed and repeated
}

function unprivilegedUser(): { uid: number; gid: number } {
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const found = ['postgres', 'nobody'].map((name) => users.find((user) => user[0] === name)).find(Boolean);
  return found ? { uid: Number(found[2]), gid: Number(found[3]) } : { uid: 65534, gid: 65534 };
}

function succeeds(command: string, args: string[], user: { uid?: number; gid?: number }): boolean {
  return spawnSync(command, args, { ...user, cwd: '/', stdio: 'ignore' }).status === 0;
}
