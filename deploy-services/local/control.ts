import { timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Supervised } from './supervise.js';

/**
 * The launcher's own HTTP, for `npm run dev`: POST /release/<process> stops it and leaves its place to somebody else,
 * POST /resume/<process> takes it back. Only who can read market.json knows the secret.
 */
export async function startControl(port: number, secret: string, processes: Record<string, Supervised>) {
  const expected = Buffer.from(`Bearer ${secret}`);
  const server = createServer(async (request, response) => {
    const given = Buffer.from(request.headers.authorization ?? '');
    const [, verb, name = ''] = (request.url ?? '').split('/');
    const supervised = Object.hasOwn(processes, name) ? processes[name] : undefined;
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) response.statusCode = 401;
    else if (request.method !== 'POST' || !supervised) response.statusCode = 404;
    else if (verb === 'release') await supervised.release();
    else if (verb === 'resume') supervised.resume();
    else response.statusCode = 404;
    response.end();
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    async close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
