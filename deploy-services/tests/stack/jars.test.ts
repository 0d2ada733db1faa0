import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { isAlive } from '../../local/market-file.js';
import { fetchJars, removeDrafts } from '../../local/stack/jars.js';

let folder: string;
let said: string[];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'market-jars-'));
  said = [];
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

/** In the place of Maven: a shell script that knows where the jars are wanted. */
function maven(script: string): string {
  const file = path.join(folder, 'mvn');
  writeFileSync(
    file,
    `#!/bin/sh\nfor arg in "$@"; do case $arg in -Djars=*) jars="\${arg#-Djars=}";; esac; done\ncd '${folder}'\n${script}\n`,
  );
  chmodSync(file, 0o755);
  return file;
}
const place = () => path.join(folder, 'jars', 'abc');
const fetching = (script: string) =>
  fetchJars({ maven: maven(script), pom: 'pom.xml', place: place(), say: (line) => said.push(line) });
const left = () => readdirSync(path.join(folder, 'jars'));

describe('fetching the jars', () => {
  test('says how many files have come, and at which it is', async () => {
    vi.useFakeTimers({ toFake: ['setInterval'] });
    const done = fetching(`
      mkdir -p "$jars"; touch "$jars/kafka.jar"
      echo '[INFO] Downloaded from central: https://repo.example/org/kafka-4.pom (7.5 kB at 498 kB/s)'
      echo 'Downloaded from central: https://repo.example/org/kafka-4.jar (7.5 MB at 4.9 MB/s)'
      echo '[INFO] Downloading from central: https://repo.example/io/debezium-3.jar'
      touch told; while [ -e told ]; do sleep 0.05; done`);
    await expect.poll(() => existsSync(path.join(folder, 'told'))).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 50));
    vi.advanceTimersByTime(3_000);
    rmSync(path.join(folder, 'told'));
    await done;
    expect(said.slice(1)).toEqual(['fetching: 2 files so far, now at debezium-3.jar']);
    expect(left()).toEqual(['abc']);
  });

  test('that fails says why in Maven’s words, and leaves nothing that looks ready', async () => {
    const failing = fetching(`mkdir -p "$jars"; echo '[ERROR] [ERROR] No such host'; exit 1`);
    await expect(failing).rejects.toThrow('Maven could not fetch Kafka and Debezium: No such host');
    expect(left()).toEqual([]);
  });

  test('ends with whoever asked for it', async () => {
    const module = new URL('../../dist/local/stack/jars.js', import.meta.url).href;
    const options = {
      maven: maven('mkdir -p "$jars"; echo $$ > pid; exec sleep 60'),
      pom: '',
      place: place(),
    };
    const asking = spawn(process.execPath, [
      '--input-type=module',
      '-e',
      `const { fetchJars } = await import('${module}'); await fetchJars({ ...${JSON.stringify(options)}, say() {} });`,
    ]);
    const pid = () => Number(readFileSync(path.join(folder, 'pid'), 'utf8'));
    await expect
      .poll(() => existsSync(path.join(folder, 'pid')) && pid() > 0, { timeout: 10_000 })
      .toBe(true);
    asking.kill('SIGTERM');
    await once(asking, 'exit');
    expect([isAlive(pid()), left()]).toEqual([false, []]);
  });
});

test('what was begun by somebody who was killed goes, what somebody is at stays', () => {
  const gone = 999_999_999;
  const here = ['abc', `def.${process.pid}`, 'kafka-4.3.1.jar', 'broker.jsa', `connect.jsa.${process.pid}`];
  for (const name of [...here, `abc.${gone}`]) mkdirSync(path.join(folder, name));
  writeFileSync(path.join(folder, `broker.jsa.${gone}`), '');
  removeDrafts(folder);
  expect(readdirSync(folder).sort()).toEqual(here.sort());
});
