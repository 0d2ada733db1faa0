import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandOf } from '@msa-event-market/shared-sdk/postgres';
import { unlessFull } from './disk.js';
import type { CommandProgram } from './supervise.js';

const fileOf = (home: string, name: string) => path.join(home, `${name}.pid`);

/** Notes which process runs in `home`, for as long as it does: its launcher may be killed, and its guard too. */
export const pidNote = (home: string, name: string): Pick<CommandProgram, 'onStart' | 'onEnd'> => ({
  onStart: (pid) => unlessFull(() => writeFileSync(fileOf(home, name), `${pid}`)),
  onEnd: () => rmSync(fileOf(home, name), { force: true }),
});

/** Ends what a killed launcher has left. `home` is in its command line: a number alone may be somebody else's by now. */
export async function endForgotten(home: string, name: string, say: (line: string) => void): Promise<void> {
  const note = fileOf(home, name);
  const pid = existsSync(note) ? Number(readFileSync(note, 'utf8')) : 0;
  const ours = () => pid > 0 && Boolean(commandOf(pid)?.includes(home));
  for (let tries = 0; ours(); tries++) {
    if (tries === 0) say(`ending ${name} (process ${pid}), which an earlier launcher left running`);
    kill(pid, tries < 100 ? 'SIGTERM' : 'SIGKILL');
    await sleep(100);
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // gone since we looked
  }
}
