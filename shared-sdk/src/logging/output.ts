import { writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';

const flushAfterMs = 50;
const enough = 8192;
const warn = 40;
const standardOut = 1;

/**
 * Standard output, written in batches: a write for each line would cost as much as the request it tells of, and wake
 * whoever reads. Warnings and worse, and whatever came before them, are written at once; so is everything when the
 * process ends, except by SIGKILL.
 */
export function standardOutput(rewrite: (line: string) => string): DestinationStream {
  let waiting = '';
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    const bytes = Buffer.from(waiting);
    waiting = '';
    writeAll(bytes);
  };
  process.on('exit', flush);
  return {
    // Asks pino for the level of each line.
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 0,
    write(line: string) {
      waiting += rewrite(line);
      if (this.lastLevel >= warn || waiting.length >= enough) flush();
      else timer ??= setTimeout(flush, flushAfterMs).unref();
    },
  } as DestinationStream & { lastLevel: number };
}

/**
 * Waits for a reader that is slow, and drops what nobody can read: pino's own destination tries for ever then, so that
 * the children of a killed launcher would never end.
 */
function writeAll(bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(standardOut, bytes, written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}
