import { once } from 'node:events';
import pg from 'pg';
import { backoff } from '../backoff.js';

/**
 * Calls `onNotice(channel)` whenever PostgreSQL is notified there. It keeps itself connected; while it is not, notices
 * are missed, so its caller polls as well.
 */
export function listen(
  url: string,
  channels: string[],
  onNotice: (channel: string) => void,
): { close(): Promise<void> } {
  const stopping = new AbortController();
  const stopped = once(stopping.signal, 'abort');

  /** Until the connection ends, or we do. */
  async function hear(client: pg.Client, reset: () => void): Promise<void> {
    const ended = new Promise<void>((resolve) => client.once('end', resolve));
    client.on('error', () => {});
    client.on('notification', ({ channel }) => onNotice(channel));
    await client.connect();
    await client.query(channels.map((channel) => `LISTEN ${pg.escapeIdentifier(channel)}`).join('; '));
    reset();
    for (const channel of channels) onNotice(channel); // whatever came while we were not listening
    await ended;
  }

  const running = (async () => {
    const pause = backoff({ first: 50, most: 2_000 });
    while (!stopping.signal.aborted) {
      const client = new pg.Client({
        connectionString: url,
        connectionTimeoutMillis: 5_000,
        keepAlive: true,
      });
      // The reader's own queries tell of an outage; here it only means to try again.
      const heard = hear(client, pause.reset).catch(() => {});
      await Promise.race([heard, stopped]);
      const closed = client.end().catch(() => {});
      if (stopping.signal.aborted) return; // a connection that is not yet there ends by its time-out
      await closed;
      await pause.wait(stopping.signal);
    }
  })();
  return {
    async close() {
      stopping.abort();
      await running;
    },
  };
}
