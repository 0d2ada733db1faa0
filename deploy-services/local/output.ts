import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { rotatingFile } from './rotating-file.js';

export interface Output {
  /** A line of the launcher itself. */
  say(line: string): void;
  /** Where a process's output goes: to its file, and to the terminal with its name in front. */
  of(name: string): (chunk: Buffer | string) => void;
  /** From now on with all that the processes say: while they start, only what is wrong is of interest. */
  showAll(): void;
}

const colours = [36, 32, 33, 35, 34, 96, 92];
const width = 9;
const trouble = /\b(WARN|ERROR|FATAL|PANIC)\b|^\{"level":"(warn|error|fatal)"/;

/** Lines on stderr, so that stdout holds what was asked for; everything also in `<data-dir>/logs`. */
export function terminal({ dataDir, quiet }: { dataDir: string; quiet: boolean }): Output {
  const folder = path.join(dataDir, 'logs');
  mkdirSync(folder, { recursive: true });
  const { isTTY } = process.stderr;
  let used = 0;
  let all = false;
  return {
    showAll() {
      all = !quiet;
    },
    say: (line) => void process.stderr.write(`${line}\n`),
    of(name) {
      const file = rotatingFile(path.join(folder, `${name}.log`));
      const colour = colours[used++ % colours.length];
      const label = name.padEnd(width);
      const prefix = isTTY ? `\x1b[${colour}m${label}\x1b[0m ` : `${label} `;
      let rest = '';
      return (chunk) => {
        file.write(chunk);
        if (quiet) return;
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) if (all || trouble.test(line)) process.stderr.write(`${prefix}${line}\n`);
      };
    },
  };
}

/** For a command that runs one process: its lines as they come. */
export const plainOutput: Output = {
  say: (line) => void process.stderr.write(`${line}\n`),
  of: () => (chunk) => void process.stderr.write(chunk),
  showAll: () => {},
};
