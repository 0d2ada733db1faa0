import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Problem } from '../problem.js';
import { root } from '../topology.js';
import { folder } from './fill.js';
import { requireMaven } from './java.js';

/**
 * The folder with Kafka's and Debezium's jars, fetched when it is not there. It belongs to its pom.xml, not to a data
 * folder: every market on this machine shares it, and the class-data archives in it.
 */
export async function jars(say: (line: string) => void): Promise<string> {
  const pom = path.join(folder, 'pom.xml');
  const version = createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 12);
  const place = path.join(root, 'node_modules', '.market-jars', version);
  if (existsSync(place)) return place;

  const maven = requireMaven();
  const draft = `${place}.${process.pid}`; // renamed when whole: an interrupted fetch leaves nothing that looks ready
  mkdirSync(path.dirname(place), { recursive: true });
  say('fetching Kafka and Debezium with Maven, once');
  const args = ['-B', '-f', pom, 'dependency:copy-dependencies', `-Djars=${draft}`];
  const running = spawn(maven, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  let fetched = 0;
  const errors: string[] = [];
  createInterface(running.stdout).on('line', (line) => {
    if (line.startsWith('Downloaded ')) fetched++;
    const error = /^(?:\[(?:ERROR|FATAL)\] *)+(.*\S)/.exec(line)?.[1];
    if (error) errors.push(error);
  });
  const progress = setInterval(() => say(`fetching: ${fetched} files so far`), 3_000);
  const [code] = await once(running, 'close');
  clearInterval(progress);
  if (code !== 0) {
    rmSync(draft, { recursive: true, force: true });
    throw new Problem(
      `Maven could not fetch Kafka and Debezium: ${errors.slice(0, 3).join('; ') || `exit ${code}`}`,
    );
  }
  try {
    renameSync(draft, place);
  } catch (error) {
    if (!existsSync(place)) throw error;
    rmSync(draft, { recursive: true, force: true }); // another market was faster
  }
  return place;
}
