import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Problem } from './problem.js';
import type { ProfileName } from './topology.js';

/** A data folder belongs to the profile that made it: the other one would find its databases empty, and say nothing. */
export function claimDataFolder(dataDir: string, profile: ProfileName): void {
  const file = path.join(dataDir, 'profile');
  const made = existsSync(file)
    ? readFileSync(file, 'utf8').trim()
    : existsSync(path.join(dataDir, 'postgres')) // from before there were two
      ? 'embedded'
      : profile;
  if (made !== profile)
    throw new Problem(
      `The market in ${dataDir} is of the profile "${made}". Start this one elsewhere, with --data-dir, or move it: see deploy-services/docs/stack.md.`,
    );
  writeFileSync(file, `${profile}\n`);
}
