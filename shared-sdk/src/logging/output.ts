import { type DestinationStream, destination } from 'pino';

const flushAfterMs = 50;
const warn = 40;

/**
 * Standard output, written in batches: a write for each line would cost as much as the request it tells of, and wake
 * whoever reads. Warnings and worse, and whatever came before them, are written at once; so is everything when the
 * process ends, except by SIGKILL.
 */
export function standardOutput(rewrite: (line: string) => string): DestinationStream {
  const out = destination({ fd: 1, sync: true, minLength: 8192 });
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    out.flushSync();
  };
  process.on('exit', flush);
  return {
    // Asks pino for the level of each line.
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 0,
    write(line: string) {
      out.write(rewrite(line));
      if (this.lastLevel >= warn) flush();
      else timer ??= setTimeout(flush, flushAfterMs).unref();
    },
  } as DestinationStream & { lastLevel: number };
}
