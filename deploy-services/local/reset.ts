import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { endWhatIsLeft } from './end-what-is-left.js';
import { launcherOf } from './launcher-note.js';
import { readOptions } from './options.js';
import { plainOutput } from './output.js';
import { Problem } from './problem.js';

export const help = `npm run reset -- [--data-dir DIR]
Forgets a market: its databases, secrets, keys and logs. Refuses while it runs.`;

const ours = [
  'postgres',
  'stack',
  'prometheus',
  'profile',
  'seeded',
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
  if (existsSync(path.join(dataDir, 'postgres'))) await endWhatIsLeft(dataDir, plainOutput);
  // By name: a wrong --data-dir must not cost anybody their home folder. With a dot behind it, what a kill left half done.
  const there = existsSync(dataDir) ? readdirSync(dataDir) : [];
  const found = there.filter((name) => ours.some((one) => name === one || name.startsWith(`${one}.`)));
  for (const name of found) rmSync(path.join(dataDir, name), { recursive: true, force: true });
  process.stdout.write(found.length > 0 ? `forgot ${dataDir}\n` : `there was nothing in ${dataDir}\n`);
  return 0;
}
