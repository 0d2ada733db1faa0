import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { findMarket } from './market-file.js';
import { readOptions } from './options.js';
import { Problem } from './problem.js';

export const help = `npm run reset -- [--data-dir DIR]
Forgets a market: its databases, secrets, keys and logs. Refuses while it runs.`;

const ours = ['postgres', 'logs', 'secrets.json', 'jwt-keys.json', 'market.json'];

export async function reset(args: string[]): Promise<number> {
  const { dataDir } = readOptions(args, {});
  const running = findMarket(dataDir);
  if (running)
    throw new Problem(
      `The market on ${dataDir} runs (process ${running.pids.launcher}): stop it first, with Ctrl-C.`,
    );
  // By name: a wrong --data-dir must not cost anybody their home folder.
  const found = ours.filter((name) => existsSync(path.join(dataDir, name)));
  for (const name of found) rmSync(path.join(dataDir, name), { recursive: true, force: true });
  process.stdout.write(found.length > 0 ? `forgot ${dataDir}\n` : `there was nothing in ${dataDir}\n`);
  return 0;
}
