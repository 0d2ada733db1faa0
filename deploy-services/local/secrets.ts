import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { writeWhole } from './disk.js';
import { typed } from './options.js';
import { Problem } from './problem.js';

/** One secret a name, made when first asked for and the same ever after; `secrets.json` is its owner's alone. */
export function secretsIn(dataDir: string): (name: string) => string {
  const file = path.join(dataDir, 'secrets.json');
  const kept = existsSync(file);
  if (!kept && existsSync(path.join(dataDir, 'postgres')))
    throw new Problem(
      `${file} is gone, and with it the passwords of the database beside it. Put it back, or forget both: ${typed('npm run reset', dataDir)}`,
    );
  const known: Record<string, string> = kept ? JSON.parse(readFileSync(file, 'utf8')) : {};
  return (name) => {
    const secret = known[name];
    if (secret) return secret;
    const made = randomBytes(18).toString('base64url');
    known[name] = made;
    writeWhole(file, JSON.stringify(known, null, 2), 0o600);
    return made;
  };
}
