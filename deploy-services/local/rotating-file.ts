import { closeSync, existsSync, openSync, renameSync, statSync, writeSync } from 'node:fs';

const most = 10 * 1024 * 1024;

/** Appends to a file; past 10 MiB it becomes `<file>.1`, whose predecessor is dropped. */
export function rotatingFile(file: string): { write(chunk: Buffer | string): void } {
  let size = existsSync(file) ? statSync(file).size : 0;
  let fd = openSync(file, 'a', 0o600);
  return {
    write(chunk) {
      const bytes = Buffer.from(chunk);
      if (size + bytes.length > most) {
        closeSync(fd);
        renameSync(file, `${file}.1`);
        fd = openSync(file, 'a', 0o600);
        size = 0;
      }
      try {
        writeSync(fd, bytes);
        size += bytes.length;
      } catch (error) {
        // A full disk must not take the market down for want of a log line; PostgreSQL says it where it matters.
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    },
  };
}
