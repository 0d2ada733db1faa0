import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { stopForgottenPostgres } from '@msa-event-market/shared-sdk/postgres';
import { launcherOf } from './launcher-note.js';
import { readOptions } from './options.js';
import { Problem } from './problem.js';
import { endForgottenStack } from './stack/java-program.js';

export const help = `npm run reset -- [--data-dir DIR]
Forgets a market: its databases, secrets, keys and logs. Refuses while it runs.`;

const ours = [
  'postgres',
  'stack',
  'profile',
  'logs',
  'secrets.json',
  'jwt-keys.json',
  'market.json',
  'launcher.json',
];

export async function reset(args: string[]): Promise<number> {
  const { dataDir } = readOptions(args, {});
  const launcher = launcherOf(dataDir);
  if (launcher && !launcher.killed)
    throw new Problem(`The market on ${dataDir} runs (process ${launcher.pid}): stop it first, with Ctrl-C.`);
  if (launcher) {
    await stopForgottenPostgres({ dataDir: path.join(dataDir, 'postgres') });
    await endForgottenStack(dataDir, (line) => void process.stderr.write(`${line}\n`));
  }
  // By name: a wrong --data-dir must not cost anybody their home folder.
  const found = ours.filter((name) => existsSync(path.join(dataDir, name)));
  for (const name of found) rmSync(path.join(dataDir, name), { recursive: true, force: true });
  process.stdout.write(found.length > 0 ? `forgot ${dataDir}\n` : `there was nothing in ${dataDir}\n`);
  return 0;
}
