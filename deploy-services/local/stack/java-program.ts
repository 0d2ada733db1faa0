import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { commandOf } from '@msa-event-market/shared-sdk/postgres';
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
const small = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xss512k', '-Djava.awt.headless=true'];

/** A JVM that reads its classes from an archive, once an earlier one has ended in order and left it. */
export function javaProgram({ name, java, jars, main, args, home, heapMb }: JavaProgram): CommandProgram {
  const archive = path.join(jars, `${name}.jsa`);
  const draft = `${archive}.${process.pid}`;
  const config = pathToFileURL(path.join(folder, 'conf/log4j2.properties')).href;
  return {
    name,
    cwd: home,
    env: { PATH: process.env.PATH ?? '' },
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
    onStart: (pid) => writeFileSync(noteIn(home, name), `${pid}`),
    onEnd: (inOrder) => {
      rmSync(noteIn(home, name), { force: true });
      if (!existsSync(draft)) return;
      if (inOrder) renameSync(draft, archive);
      else rmSync(draft);
    },
  };
}

const noteIn = (home: string, name: string) => path.join(home, `${name}.pid`);

export const stackFolder = (dataDir: string) => path.join(dataDir, 'stack');

/** Ends what a killed launcher has left, should its guards have been killed too. */
export async function endForgottenStack(dataDir: string, say: (line: string) => void): Promise<void> {
  for (const name of ['connect', 'broker']) await endForgotten(stackFolder(dataDir), name, say);
}

async function endForgotten(home: string, name: string, say: (line: string) => void): Promise<void> {
  const note = noteIn(home, name);
  const pid = existsSync(note) ? Number(readFileSync(note, 'utf8')) : 0;
  const ours = () => pid > 0 && Boolean(commandOf(pid)?.includes(home));
  for (let tries = 0; ours(); tries++) {
    if (tries === 0) say(`stopping ${name} (process ${pid}), which an earlier launcher left running`);
    process.kill(pid, tries < 100 ? 'SIGTERM' : 'SIGKILL');
    await sleep(100);
  }
}
