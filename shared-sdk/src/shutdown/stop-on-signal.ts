import closeWithGrace from 'close-with-grace';
import type { Logger } from '../logging/index.js';

export interface StopOnSignalOptions {
  stop(): Promise<unknown>;
  /** When stopping takes longer, the process ends regardless. */
  graceMs: number;
  logger: Logger;
}

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/**
 * Stops the process in order on a signal, on a crash, and when its parent says `stop` or goes away (Windows has no
 * SIGTERM). Returns how to take all of that back.
 */
export function stopOnSignal({ stop, graceMs, logger }: StopOnSignalOptions): () => void {
  const grace = closeWithGrace(
    {
      delay: graceMs,
      // Ours, since close-with-grace takes a second signal for an order to exit at once. Ctrl-C in a terminal
      // reaches a child twice: from the terminal and from its parent.
      skip: [...signals],
      logger: {
        error: (problem) => logger.fatal(problem instanceof Error ? { err: problem } : {}, String(problem)),
      },
    },
    async ({ err }) => {
      if (err) logger.fatal({ err }, 'an error that nobody handled, stopping');
      await stop();
    },
  );

  let stopping = false;
  const begin = (reason: string) => {
    if (stopping) return logger.info({ reason }, 'already stopping');
    stopping = true;
    logger.info({ reason }, 'stopping');
    grace.close();
  };
  const onDisconnect = () => begin('the parent has gone');
  const onMessage = (message: unknown) => {
    if (message === 'stop') begin('the parent says stop');
  };
  for (const signal of signals) process.on(signal, begin);
  // Listening keeps the channel, and with it the process, alive: only for a child.
  if (process.connected) process.on('message', onMessage).once('disconnect', onDisconnect);

  return () => {
    grace.uninstall();
    for (const signal of signals) process.off(signal, begin);
    process.off('message', onMessage).off('disconnect', onDisconnect);
  };
}
