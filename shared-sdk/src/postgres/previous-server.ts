import { mkdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Binaries, findBinaries } from './binaries.js';
import { commandOf, exists, isStill, type ProcessNote, processNote } from './process.js';
import { postgresError } from './start-failure.js';
import { stopServer } from './stop-server.js';

/**
 * A launcher that was killed may leave its server running. Next to PostgreSQL's own postmaster.pid we note who
 * started it, so that the server of a launcher that is alive is never stopped under it.
 */
const noteOf = (folder: string) => path.join(folder, 'started-by.json');

export async function noteStarter(folder: string): Promise<void> {
  await writeFile(noteOf(folder), JSON.stringify(processNote(process.pid)));
}

/** Stops the server that a killed launcher may have left on a data folder; startPostgres does so by itself. */
export async function stopForgottenPostgres({
  dataDir,
  log = () => {},
}: {
  dataDir: string;
  log?: (line: string) => void;
}): Promise<void> {
  await endPreviousServer(await resolveFolder(dataDir), await findBinaries(), log);
}

/** PostgreSQL's command line names the folder as we compare it later, so links are resolved first. */
export async function resolveFolder(folder: string): Promise<string> {
  const parent = path.dirname(path.resolve(folder));
  await mkdir(parent, { recursive: true });
  return path.join(await realpath(parent), path.basename(path.resolve(folder)));
}

/** Makes way for a new server on this data folder, or says who holds it. */
export async function endPreviousServer(
  folder: string,
  binaries: Binaries,
  log: (line: string) => void,
): Promise<void> {
  const lock = path.join(folder, 'postmaster.pid');
  const pid = Number((await textOf(lock))?.split('\n')[0]);
  if (!pid) return;
  if (!isServerOf(pid, folder)) {
    // PostgreSQL would take any live process of that number, after a reboot or in a container, for its own.
    if (exists(pid)) await rm(lock, { force: true });
    return;
  }
  const note = await textOf(noteOf(folder));
  const starter = note ? (JSON.parse(note) as ProcessNote) : undefined;
  if (starter && starter.pid !== process.pid && isStill(starter)) {
    throw postgresError(
      'IN_USE',
      `The data folder ${folder} is in use: process ${starter.pid} (${starter.command}) runs PostgreSQL on it (pid ${pid})`,
    );
  }
  log(`stopping PostgreSQL (pid ${pid}), which an earlier launcher left running on ${folder}`);
  await stopServer(pid, binaries);
}

function isServerOf(pid: number, folder: string): boolean {
  const command = commandOf(pid) ?? '';
  return command.includes('postgres') && command.includes(folder);
}

async function textOf(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}
