import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { typed } from './options.js';
import { Problem } from './problem.js';
import type { ProfileName } from './topology.js';

const fileIn = (dataDir: string) => path.join(dataDir, 'profile');

/** Whose data a folder holds; undefined when it holds none. */
export function profileOf(dataDir: string): ProfileName | undefined {
  if (existsSync(fileIn(dataDir))) return readFileSync(fileIn(dataDir), 'utf8').trim() as ProfileName;
  return existsSync(path.join(dataDir, 'postgres')) ? 'embedded' : undefined; // from before there were two
}

/**
 * Says from now on whose data this is. On the disk before it returns: a move throws the old data away next, and after a
 * power cut the note must not be older than the data.
 */
export function writeProfile(dataDir: string, profile: ProfileName): void {
  const draft = `${fileIn(dataDir)}.new`;
  writeFileSync(draft, `${profile}\n`, { flush: true });
  renameSync(draft, fileIn(dataDir));
  if (process.platform === 'win32') return; // where a folder cannot be opened
  const folder = openSync(dataDir, 'r');
  fsyncSync(folder);
  closeSync(folder);
}

/** A data folder belongs to the profile that made it: the other one would find its databases empty, and say nothing. */
export function claimDataFolder(dataDir: string, profile: ProfileName): void {
  const made = profileOf(dataDir);
  if (made === profile && existsSync(fileIn(dataDir))) return;
  // A start that failed early has left its note, and nothing that it could be about.
  const empty = !existsSync(path.join(dataDir, 'postgres'));
  if (made === profile || empty) {
    writeProfile(dataDir, profile);
    return;
  }
  const instead =
    made === 'embedded'
      ? `move it: ${typed('npm run move -- --to stack', dataDir)}`
      : `start it as what it is: ${typed(`npm start -- --profile ${made}`, dataDir)}`;
  throw new Problem(
    `The market in ${dataDir} is of the profile "${made}". Start another elsewhere, with --data-dir, or ${instead}`,
  );
}
