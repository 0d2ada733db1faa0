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
  let client: pg.Client | undefined;
  const running = (async () => {
    const pause = backoff({ first: 50, most: 2_000 });
    while (!stopping.signal.aborted) {
      client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000, keepAlive: true });
      const ended = new Promise<void>((resolve) => client?.once('end', resolve));
      client.on('error', () => {});
      client.on('notification', ({ channel }) => onNotice(channel));
      try {
        await client.connect();
        await client.query(channels.map((channel) => `LISTEN ${pg.escapeIdentifier(channel)}`).join('; '));
        pause.reset();
        for (const channel of channels) onNotice(channel); // whatever came while we were not listening
        if (!stopping.signal.aborted) await ended;
      } catch {
        // The reader's own queries tell of the outage; here it only means to try again.
      } finally {
        await client.end().catch(() => {});
      }
      if (!stopping.signal.aborted) await pause.wait(stopping.signal);
    }
  })();
  return {
    async close() {
      stopping.abort();
      await client?.end().catch(() => {});
      await running;
    },
  };
}
