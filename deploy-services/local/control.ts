import { timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { Supervised } from './supervise.js';

/**
 * The launcher's own HTTP, for `npm run dev`: POST /hold/<process> stops that process and leaves its place to whoever
 * asks, for as long as the answer is being read. So the place is taken back also from somebody who was killed.
 * Only who can read market.json knows the secret.
 */
export async function startControl(port: number, secret: string, processes: Record<string, Supervised>) {
  const expected = Buffer.from(`Bearer ${secret}`);
  const held = new Set<string>();

  const server = createServer(async (request, response) => {
    const given = Buffer.from(request.headers.authorization ?? '');
    const [, verb, name = ''] = (request.url ?? '').split('/');
    const supervised = Object.hasOwn(processes, name) ? processes[name] : undefined;
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return refuse(response, 401);
    if (request.method !== 'POST' || verb !== 'hold' || !supervised) return refuse(response, 404);
    if (held.has(name)) return refuse(response, 409);

    held.add(name);
    const gone = once(response, 'close');
    await supervised.release();
    response.flushHeaders();
    await gone;
    held.delete(name);
    supervised.resume();
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    async close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status).end();
}
