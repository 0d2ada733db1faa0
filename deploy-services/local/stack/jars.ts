import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { isAlive } from '../market-file.js';
import { Problem } from '../problem.js';
import { root } from '../topology.js';
import { folder } from './fill.js';
import { requireMaven } from './java.js';
import { utf8 } from './java-program.js';

/**
 * The folder with Kafka's and Debezium's jars, fetched when it is not there. It belongs to its pom.xml, not to a data
 * folder: every market on this machine shares it, and the class-data archives in it.
 */
export async function jars(say: (line: string) => void): Promise<string> {
  const pom = path.join(folder, 'pom.xml');
  const version = createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 12);
  const place = path.join(root, '.market-jars', version);
  for (const shared of [path.dirname(place), place]) removeDrafts(shared);
  if (!existsSync(place)) await fetchJars({ maven: requireMaven(), pom, place, say });
  return place;
}

/** What was to become a folder of jars or an archive, and belongs to a process that is gone: `<name>.<its id>`. */
export function removeDrafts(shared: string): void {
  for (const name of existsSync(shared) ? readdirSync(shared) : []) {
    const pid = Number(/\.(\d+)$/.exec(name)?.[1]);
    if (pid && !isAlive(pid)) rmSync(path.join(shared, name), { recursive: true, force: true });
  }
}

export interface Fetching {
  maven: string;
  pom: string;
  place: string;
  say(line: string): void;
}

/** Maven waits half an hour for a server that has fallen silent: the first is for 3.8 and older, the second for 3.9. */
const patience = ['-Dmaven.wagon.rto=20000', '-Daether.connector.requestTimeout=20000'];
const ends = ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect', 'exit'];

export async function fetchJars({ maven, pom, place, say }: Fetching): Promise<void> {
  const draft = `${place}.${process.pid}`; // renamed when whole: an interrupted fetch leaves nothing that looks ready
  mkdirSync(path.dirname(place), { recursive: true });
  say('fetching Kafka and Debezium with Maven, once; Ctrl-C ends it');
  const args = ['-B', '-f', pom, 'dependency:copy-dependencies', `-Djars=${draft}`, ...patience];
  const running = spawn(maven, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
    env: { ...process.env, ...utf8 },
  });
  let interrupted = false;
  const end = () => {
    interrupted = true;
    running.kill(); // or it would go on, for nobody
  };
  for (const event of ends) process.once(event, end);
  let fetched = 0;
  let latest = '';
  const errors: string[] = [];
  createInterface(running.stdout).on('line', (line) => {
    const [, what, file] = /^(?:\[INFO\] )?(Download(?:ing|ed)) .*?([^/\s]+)(?: \(|$)/.exec(line) ?? [];
    if (what === 'Downloaded') fetched++;
    latest = file ?? latest;
    const error = /^(?:\[(?:ERROR|FATAL)\] *)+(.*\S)/.exec(line)?.[1];
    if (error) errors.push(error);
  });
  const progress = setInterval(
    () => say(`fetching: ${fetched} files so far${latest && `, now at ${latest}`}`),
    3_000,
  );
  try {
    const [code] = await once(running, 'close');
    if (interrupted) throw new Problem('Interrupted while Maven was fetching Kafka and Debezium.');
    if (code !== 0)
      throw new Problem(
        `Maven could not fetch Kafka and Debezium: ${errors.slice(0, 3).join('; ') || `exit ${code}`}`,
      );
    renameSync(draft, place);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(place)) throw error; // or another market was faster
  } finally {
    clearInterval(progress);
    for (const event of ends) process.removeListener(event, end);
  }
}
