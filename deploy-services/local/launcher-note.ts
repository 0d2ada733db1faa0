import { existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isStill, type ProcessNote, processNote } from '@msa-event-market/shared-sdk/postgres';
import { Problem } from './problem.js';

/** Who runs a market on a data folder, from the first moment of its start to the last of its stop. */
export interface Launcher {
  pid: number;
  /** There is a note, and whoever wrote it is gone without having stopped anything. */
  killed: boolean;
}

const fileIn = (dataDir: string) => path.join(dataDir, 'launcher.json');

export function launcherOf(dataDir: string): Launcher | undefined {
  const file = fileIn(dataDir);
  return existsSync(file) ? launcherIn(file) : undefined;
}

function launcherIn(file: string): Launcher {
  const note = noteIn(file);
  return { pid: note.pid, killed: note.pid === process.pid || !isStill(note) };
}

const noteIn = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as ProcessNote;

export interface Folder {
  /** Whoever ran this folder last did not stop in order. */
  lastWasKilled: boolean;
  release(): void;
}

/** Takes a data folder for this process; refuses while another has it, and says what to do then. */
export function takeFolder(dataDir: string, wayOut: string): Folder {
  const last = launcherOf(dataDir);
  refuse(dataDir, last, wayOut);
  if (last) setAside(dataDir, wayOut);
  const file = fileIn(dataDir);
  const draft = `${file}.${process.pid}`;
  try {
    writeFileSync(draft, JSON.stringify(processNote(process.pid)));
    linkSync(draft, file); // whole or not at all, and only if nobody was faster
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    refuse(dataDir, launcherOf(dataDir), wayOut);
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return {
    lastWasKilled: last !== undefined,
    release() {
      if (existsSync(file) && noteIn(file).pid === process.pid) rmSync(file);
    },
  };
}

/** Removes the note of a killed launcher; one that came in between gets its own back. */
function setAside(dataDir: string, wayOut: string): void {
  const aside = `${fileIn(dataDir)}.${process.pid}.old`;
  try {
    renameSync(fileIn(dataDir), aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return; // another was faster, and is about to say so
    throw error;
  }
  const last = launcherIn(aside);
  if (!last.killed) linkSync(aside, fileIn(dataDir));
  rmSync(aside);
  refuse(dataDir, last, wayOut);
}

function refuse(dataDir: string, last: Launcher | undefined, wayOut: string): void {
  if (last && !last.killed)
    throw new Problem(`A market runs on ${dataDir} already (process ${last.pid}): ${wayOut}`);
}
