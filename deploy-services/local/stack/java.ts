import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { Problem } from '../problem.js';

const oldest = 17;

/** The Java to run; says what is missing when there is none that is new enough. */
export function requireJava(): string {
  const home = process.env.JAVA_HOME;
  const java = home ? path.join(home, 'bin', 'java') : 'java';
  const { stderr, error } = spawnSync(java, ['-version'], { encoding: 'utf8' });
  if (error)
    throw new Problem(
      `The profile "stack" runs Kafka, which needs Java ${oldest} or newer; ${home ? `JAVA_HOME is ${home}, and there is no ${java}` : 'there is no java on the PATH'}. On Debian: apt install openjdk-17-jre-headless maven`,
    );
  const version = /version "(?:1\.)?(\d+)/.exec(stderr)?.[1];
  if (Number(version) >= oldest) return java;
  throw new Problem(
    `The profile "stack" runs Kafka, which needs Java ${oldest} or newer; here is ${version ?? stderr.trim()}. Set JAVA_HOME to a newer one.`,
  );
}

export function requireMaven(): string {
  const maven = process.platform === 'win32' ? 'mvn.cmd' : 'mvn';
  const { error } = spawnSync(maven, ['--version'], { stdio: 'ignore', shell: process.platform === 'win32' });
  if (!error) return maven;
  throw new Problem(
    'The profile "stack" fetches Kafka and Debezium with Maven, and there is no mvn on the PATH. On Debian: apt install maven',
  );
}
