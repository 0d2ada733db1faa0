import { closeSync, existsSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { unlessFull } from './disk.js';

const most = 10 * 1024 * 1024;

/** Appends to a file; past 10 MiB it becomes `<file>.1`, whose predecessor is dropped. A full disk loses lines. */
export function rotatingFile(file: string): { write(chunk: Buffer | string): void } {
  let size = existsSync(file) ? statSync(file).size : 0;
  let fd: number | undefined;
  const open = () => openSync(file, 'a', 0o600);
  return {
    write: (chunk) =>
      unlessFull(() => {
        const bytes = Buffer.from(chunk);
        if (fd !== undefined && size + bytes.length > most) {
          closeSync(fd);
          fd = undefined;
          renameSync(file, `${file}.1`);
          size = 0;
        }
        fd ??= open();
        writeSync(fd, bytes);
        size += bytes.length;
      }),
  };
}
