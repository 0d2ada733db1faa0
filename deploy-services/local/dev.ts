import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { request } from 'undici';
import { requireMarket } from './market-file.js';
import { readOptions } from './options.js';
import { plainOutput } from './output.js';
import { Problem } from './problem.js';
import { supervise } from './supervise.js';
import { type ServiceName, serviceNames, services } from './topology.js';

export const help = `npm run dev -- <${serviceNames.join(' | ')}> [--data-dir DIR]
Runs one service from its sources, and again after each change, while the others of the running market stay as they are.
The compiled one takes its place back when this ends.`;

const lookMs = 250;
const settleMs = 150; // an editor that saves, and a branch that is switched, change several files at once

export async function dev(args: string[]): Promise<number> {
  const { dataDir, positionals } = readOptions(args, {}, 1);
  const name = positionals[0]?.replace(/^service-/, '') as ServiceName | undefined;
  if (!name || !serviceNames.includes(name))
    throw new Problem(`Which service? npm run dev -- ${serviceNames.join(' | ')}`);
  const { control, env } = requireMarket(dataDir);
  const source = path.join(services[name].folder, 'src');

  const place = await takePlace(name, control);
  // Supervised as the launcher does it: with a channel, at whose end it stops, also when this process is killed.
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const module = path.join(source, 'main.ts');
  const program = {
    name,
    module,
    cwd: services[name].folder,
    env: env[name],
    execArgv: ['--import', loader],
  };
  const running = supervise(program, plainOutput, () => {});
  plainOutput.say(`service-${name} runs from ${source}; Ctrl-C gives its place back`);

  let timer: NodeJS.Timeout | undefined;
  let seen = filesIn(source);
  const watching = setInterval(() => {
    const now = filesIn(source);
    const changed = [...seen.keys(), ...now.keys()].find((file) => seen.get(file) !== now.get(file));
    if (changed === undefined) return;
    seen = now;
    clearTimeout(timer);
    timer = setTimeout(async () => {
      plainOutput.say(`${changed} has changed, starting again`);
      await running.release();
      running.resume();
    }, settleMs);
  }, lookMs);

  const reason = await Promise.race([
    ...['SIGINT', 'SIGTERM'].map((signal) => once(process, signal).then(() => signal)),
    place.lost.then(() => 'the market has stopped'),
  ]);
  plainOutput.say(`stopping (${reason})`);
  clearInterval(watching);
  clearTimeout(timer);
  await running.stop();
  place.giveBack();
  return 0;
}

/**
 * When each was changed. Looked at again and again: Node's own watching follows the files that were there, and most
 * editors, and git, put others in their places.
 */
const filesIn = (folder: string): Map<string, number | undefined> =>
  new Map(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => [file, statSync(path.join(folder, file), { throwIfNoEntry: false })?.mtimeMs]),
  );

async function takePlace(name: ServiceName, { url, secret }: { url: string; secret: string }) {
  const { statusCode, body } = await request(`${url}/hold/${name}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}` },
    headersTimeout: 30_000, // the one that runs may still finish what it is doing
    bodyTimeout: 0,
  });
  if (statusCode === 409) throw new Problem(`Somebody runs service-${name} from source already.`);
  if (statusCode !== 200) throw new Error(`the launcher answered ${statusCode}`);
  const lost = new Promise<void>((resolve) => body.once('close', resolve));
  body.on('error', () => {}).resume(); // it ends in an error when either side goes: that is what it is for
  return { lost, giveBack: () => void body.destroy() };
}
