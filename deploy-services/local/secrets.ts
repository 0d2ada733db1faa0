import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** One secret a name, made when first asked for and the same ever after; `secrets.json` is its owner's alone. */
export function secretsIn(dataDir: string): (name: string) => string {
  const file = path.join(dataDir, 'secrets.json');
  const known: Record<string, string> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  return (name) => {
    const secret = known[name];
    if (secret) return secret;
    const made = randomBytes(18).toString('base64url');
    known[name] = made;
    writeFileSync(`${file}.new`, JSON.stringify(known, null, 2), { mode: 0o600 });
    renameSync(`${file}.new`, file);
    return made;
  };
}
