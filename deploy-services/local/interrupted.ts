// A terminal sends Ctrl-C to every process in it, and npm passes it on once more, a moment later.
const sameMs = 1_000;

/** Aborted at the first Ctrl-C or SIGTERM, or when a parent with a channel is gone; a second one ends everything. */
export function interruption(say: (line: string) => void): AbortSignal {
  const stopping = new AbortController();
  let asked = Number.NEGATIVE_INFINITY;
  const ask = () => {
    const now = performance.now();
    if (now - asked < sameMs) return;
    if (Number.isFinite(asked)) {
      say('stopping at once');
      process.exit(130); // the children see their channel close and stop by themselves
    }
    asked = now;
    say('stopping; once more ends everything at once');
    stopping.abort();
  };
  process.on('SIGINT', ask);
  process.on('SIGTERM', ask);
  if (process.platform !== 'win32') process.on('SIGHUP', ask);
  process.once('disconnect', () => stopping.abort());
  return stopping.signal;
}

export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
