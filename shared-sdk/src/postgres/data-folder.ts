import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Binaries } from './binaries.js';
import { postgresError, startFailure } from './start-failure.js';
import { giveFolder, type RunAs } from './unprivileged.js';

export interface DataFolder {
  folder: string;
  auth: 'trust' | 'scram';
  password?: string;
  sync: boolean;
}

/** Creates the data folder where there is none, and refuses one that these binaries cannot serve. */
export async function prepareDataFolder(data: DataFolder, binaries: Binaries, runAs: RunAs): Promise<void> {
  const found = await contents(data.folder);
  if (found.includes('PG_VERSION')) {
    const version = (await readFile(path.join(data.folder, 'PG_VERSION'), 'utf8')).trim();
    if (version !== binaries.version) {
      throw postgresError(
        'DATA_FOLDER',
        `The data folder ${data.folder} was made by PostgreSQL ${version}, and this is PostgreSQL ${binaries.version}: ` +
          'use another data folder, or the same PostgreSQL as before',
      );
    }
    return giveFolder(data.folder, runAs);
  }
  if (found.length > 0)
    throw postgresError(
      'DATA_FOLDER',
      `${data.folder} is not empty and holds no PostgreSQL data: use another data folder`,
    );
  await initialise(data, binaries, runAs);
}

async function contents(folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  return readdir(folder);
}

/** initdb works beside the final place and is renamed into it, so that a kill never leaves half a data folder. */
async function initialise(data: DataFolder, binaries: Binaries, runAs: RunAs): Promise<void> {
  const scratch = await mkdtemp(`${data.folder}.new-`);
  const made = path.join(scratch, 'data');
  const secret = path.join(scratch, 'password');
  try {
    await mkdir(made, { mode: 0o700 });
    if (data.auth === 'scram') await writeFile(secret, `${data.password}\n`, { mode: 0o600 });
    giveFolder(scratch, runAs);
    await initdb(binaries, runAs, [
      ...['-D', made, '-U', 'postgres', '-E', 'UTF8', ...locale(binaries)],
      ...(data.auth === 'scram' ? ['-A', 'scram-sha-256', `--pwfile=${secret}`] : ['-A', 'trust']),
      ...(data.sync ? [] : ['--no-sync']),
    ]);
    await rmdir(data.folder);
    await rename(made, data.folder);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The built-in UTF-8 locale sorts alike on every machine and knows letters beyond ASCII; older servers have only C. */
function locale(binaries: Binaries): string[] {
  return Number(binaries.version) >= 17
    ? ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
    : ['--locale=C'];
}

async function initdb(binaries: Binaries, runAs: RunAs, args: string[]): Promise<void> {
  const [command = '', ...rest] = [...runAs.prefix, binaries.initdb, ...args];
  const child = spawn(command, rest, {
    ...runAs.user,
    cwd: path.parse(binaries.initdb).root,
    detached: true, // a Ctrl-C at the terminal must not reach it: the launcher decides
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw startFailure('PostgreSQL could not create its data folder', output);
}
