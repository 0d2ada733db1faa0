import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Output } from '../output.js';
import { Problem } from '../problem.js';
import { type Supervised, supervise } from '../supervise.js';
import { javaProgram, utf8 } from './java-program.js';

export interface BrokerOptions {
  java: string;
  jars: string;
  /** Holds broker.properties, and Kafka's data beside it. */
  home: string;
  /** Who may sign in where a listener asks for it, in the words of Kafka's StorageTool. */
  users?: string[];
  output: Output;
  onChange(): void;
}

/** Starts Kafka on its folder, which is formatted when it is new. */
export async function startBroker({
  java,
  jars,
  home,
  users = [],
  output,
  onChange,
}: BrokerOptions): Promise<Supervised> {
  const settings = path.join(home, 'broker.properties');
  if (!existsSync(path.join(home, 'kafka', 'meta.properties'))) format({ java, jars, settings, users });
  const program = javaProgram({
    name: 'broker',
    java,
    jars,
    main: 'kafka.Kafka',
    args: [settings],
    home,
    heapMb: 192,
  });
  return supervise(program, output, onChange);
}

function format({
  java,
  jars,
  settings,
  users,
}: {
  java: string;
  jars: string;
  settings: string;
  users: string[];
}): void {
  const main = ['kafka.tools.StorageTool', 'format', '--cluster-id', clusterId(), '--config', settings];
  for (const user of users) main.push('--add-scram', user);
  const { status, stdout, stderr } = spawnSync(
    java,
    ['-Xmx128m', '-XX:TieredStopAtLevel=1', '-cp', `${jars}/*`, ...main],
    { encoding: 'utf8', env: { ...process.env, ...utf8 } },
  );
  if (status !== 0) throw new Problem(`Kafka’s folder could not be formatted: ${(stderr || stdout).trim()}`);
}

/** 16 bytes as Kafka writes them. Each 64th would begin with a dash, and be taken for an option: never that. */
export function clusterId(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0] as number) & 0x7f;
  return bytes.toString('base64url');
}

const startsWithinMs = 90_000;
const deathsAllowed = 3;

/** Tries until the broker answers; gives up when it keeps ending. */
export async function untilAnswers(
  ask: () => Promise<void>,
  broker: Supervised,
  logFile: string,
): Promise<void> {
  for (const until = Date.now() + startsWithinMs; ; await sleep(100)) {
    try {
      return await ask();
    } catch (error) {
      if (broker.deaths() >= deathsAllowed)
        throw new Problem(`Kafka cannot be started. Why stands in ${logFile}`);
      if (Date.now() > until)
        throw new Problem(`Kafka does not answer after ${startsWithinMs / 1_000} s. See ${logFile}`, {
          cause: error,
        });
    }
  }
}
