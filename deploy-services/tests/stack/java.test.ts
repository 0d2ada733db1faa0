import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Problem } from '../../local/problem.js';
import { requireJava, requireMaven } from '../../local/stack/java.js';
import { javaProgram } from '../../local/stack/java-program.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'market-java-'));
  vi.stubEnv('JAVA_HOME', undefined);
  vi.stubEnv('PATH', path.join(folder, 'bin'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** A program on the PATH that says what `-version` says. */
function onThePath(name: string, says: string): string {
  const file = path.join(folder, 'bin', name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\necho '${says}' >&2\n`);
  chmodSync(file, 0o755);
  return file;
}
const debian = 'On Debian: apt install';

describe('Java', () => {
  test.each([
    ['17', 'openjdk version "17.0.15" 2025-04-15'],
    ['21', 'openjdk version "21" 2023-09-19'],
    ['25 of a distribution', 'Picked up JAVA_TOOL_OPTIONS: -Da=b\nopenjdk version "25.0.1" 2025-10-21'],
  ])('%s will do', (_, says) => {
    onThePath('java', says);
    expect(requireJava()).toBe('java');
  });

  test.each([
    ['8', 'java version "1.8.0_392"'],
    ['11', 'openjdk version "11.0.21" 2023-10-17'],
  ])('%s is too old, which is said with the number', (number, says) => {
    onThePath('java', says);
    expect(requireJava).toThrow(
      new Problem(
        `The profile "stack" runs Kafka, which needs Java 17 or newer; here is ${number}. Set JAVA_HOME to a newer one.`,
      ),
    );
  });

  test('that is not there is said with what to install', () => {
    expect(requireJava).toThrow(`there is no java on the PATH. ${debian} openjdk-17-jre-headless maven`);
  });

  test('of JAVA_HOME goes before the one on the PATH, and is told of when it is not there', () => {
    onThePath('java', 'openjdk version "17.0.15"');
    vi.stubEnv('JAVA_HOME', '/nowhere');
    expect(requireJava).toThrow('JAVA_HOME is /nowhere, and there is no /nowhere/bin/java');
    vi.stubEnv('JAVA_HOME', folder);
    expect(requireJava()).toBe(path.join(folder, 'bin/java'));
  });
});

test('Maven that is not there is said with what to install', () => {
  expect(requireMaven).toThrow(`there is no mvn on the PATH. ${debian} maven`);
  onThePath('mvn', 'Apache Maven 3.8.7');
  expect(requireMaven()).toBe('mvn');
});

describe('the class-data archive of a program', () => {
  const program = () =>
    javaProgram({
      name: 'broker',
      java: 'java',
      jars: folder,
      main: 'kafka.Kafka',
      args: [],
      home: folder,
      heapMb: 64,
    });
  const archive = () => path.join(folder, 'broker.jsa');
  const option = (command: string[]) => command.find((word) => /Archive/.test(word));
  const draft = () => `${archive()}.${process.pid}`;

  test('is written by a run that ends in order, and read by the next', () => {
    const { command, onEnd } = program();
    expect(option(command())).toBe(`-XX:ArchiveClassesAtExit=${draft()}`);
    writeFileSync(draft(), 'classes');
    onEnd?.(true);
    expect(option(command())).toBe(`-XX:SharedArchiveFile=${archive()}`);
    expect(existsSync(draft())).toBe(false);
  });

  test('of a run that did not is forgotten: it may be half of one', () => {
    const { command, onEnd } = program();
    writeFileSync(draft(), 'cla');
    onEnd?.(false);
    expect(readdirSync(folder)).toEqual([]);
    expect(option(command())).toBe(`-XX:ArchiveClassesAtExit=${draft()}`);
  });
});
