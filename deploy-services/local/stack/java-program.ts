import { existsSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { endForgotten, pidNote } from '../pid-note.js';
import type { CommandProgram } from '../supervise.js';
import { folder } from './fill.js';

export interface JavaProgram {
  name: string;
  java: string;
  jars: string;
  main: string;
  args: string[];
  /** Its working folder, where its process id is noted. */
  home: string;
  heapMb: number;
}

// Short-lived and small: the simple collector and the quick compiler start twice as fast and need half the memory.
// Where memory ends a thread, the rest would go on without it, and nobody would start it again.
const small = [
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Xss512k',
  '-Djava.awt.headless=true',
  '-XX:+ExitOnOutOfMemoryError',
];

/** Without it a JVM finds no file whose path is more than ASCII, unless whoever started us has such a locale. */
export const utf8 = { LC_ALL: 'C.UTF-8' };

/** A JVM that reads its classes from an archive, once an earlier one has ended in order and left it. */
export function javaProgram({ name, java, jars, main, args, home, heapMb }: JavaProgram): CommandProgram {
  const archive = path.join(jars, `${name}.jsa`);
  const draft = `${archive}.${process.pid}`;
  const note = pidNote(home, name);
  const config = pathToFileURL(path.join(folder, 'conf/log4j2.properties')).href;
  return {
    name,
    cwd: home,
    env: { PATH: process.env.PATH ?? '', ...utf8 },
    command: () => [
      java,
      ...small,
      '-Xms64m',
      `-Xmx${heapMb}m`,
      '-Xlog:cds=off,cds+dynamic=off',
      existsSync(archive) ? `-XX:SharedArchiveFile=${archive}` : `-XX:ArchiveClassesAtExit=${draft}`,
      `-Dlog4j2.configurationFile=${config}`,
      '-cp',
      `${jars}/*`,
      main,
      ...args,
    ],
    onStart: note.onStart,
    onEnd: (inOrder) => {
      note.onEnd(inOrder);
      if (!existsSync(draft)) return;
      if (inOrder) renameSync(draft, archive);
      else rmSync(draft);
    },
  };
}

export const stackFolder = (dataDir: string) => path.join(dataDir, 'stack');

/** Ends what a killed launcher has left, should its guards have been killed too. */
export async function endForgottenStack(dataDir: string, say: (line: string) => void): Promise<void> {
  for (const name of ['connect', 'broker']) await endForgotten(stackFolder(dataDir), name, say);
}
