import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { commandOf } from '@msa-event-market/shared-sdk/postgres';
import { Problem } from './problem.js';

/**
 * Who runs a market on a data folder, from the first moment of its start to the last of its stop. A number alone
 * would not do: after a reboot, or in a container, it soon belongs to somebody else.
 */
interface Note {
  pid: number;
  command: string;
}

const fileIn = (dataDir: string) => path.join(dataDir, 'launcher.json');

export function writeLauncherNote(dataDir: string): void {
  const note: Note = { pid: process.pid, command: commandOf(process.pid) ?? '' };
  const draft = `${fileIn(dataDir)}.new`;
  writeFileSync(draft, JSON.stringify(note));
  renameSync(draft, fileIn(dataDir)); // never half of it, whenever we are killed
}

export const removeLauncherNote = (dataDir: string): void => rmSync(fileIn(dataDir), { force: true });

/** `killed`: there is a note, and whoever wrote it is gone without having stopped anything. */
export function launcherOf(dataDir: string): { pid: number; killed: boolean } | undefined {
  const file = fileIn(dataDir);
  if (!existsSync(file)) return undefined;
  const { pid, command } = JSON.parse(readFileSync(file, 'utf8')) as Note;
  return { pid, killed: pid === process.pid || commandOf(pid) !== command };
}

/** Whether the last one to run this folder was killed; refuses while somebody runs it, and says what to do then. */
export function refuseWhileRunning(dataDir: string, wayOut: string): boolean {
  const last = launcherOf(dataDir);
  if (last && !last.killed)
    throw new Problem(`A market runs on ${dataDir} already (process ${last.pid}): ${wayOut}`);
  return last !== undefined;
}
