import { Server } from 'node:net';
import { setImmediate, setTimeout } from 'node:timers/promises';
import type { App } from './app.js';

/**
 * Ends a server without losing a request. `close` alone also ends the connections that have sent nothing yet, their
 * request being under way: so first only the door is shut, then who is inside gets a moment to speak, then it closes.
 */
export async function stopHttpServer(app: App, lingerMs = 100): Promise<void> {
  if (app.server.listening) {
    await acceptWhoWaits(app.server);
    Server.prototype.close.call(app.server);
    await setTimeout(lingerMs);
  }
  await app.close();
}

/**
 * The system has connected callers before we accept them, and would reset those when the door is shut. Node accepts
 * one a turn of its event loop: a turn without a newcomer means that nobody waits.
 */
async function acceptWhoWaits(server: Server): Promise<void> {
  const deadline = performance.now() + 500;
  let newcomers = 0;
  const count = () => {
    newcomers += 1;
  };
  server.on('connection', count);
  let before: number;
  do {
    before = newcomers;
    await setImmediate();
  } while (newcomers > before && performance.now() < deadline);
  server.off('connection', count);
}
