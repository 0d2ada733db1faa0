import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Connectors, keepConnectors } from '../../local/stack/connectors.js';

/** A Kafka Connect with one connector, whose task fails until it was restarted often enough. */
interface Worker {
  /** Undefined: Connect has never heard of it. */
  state: 'RUNNING' | 'FAILED' | undefined;
  healedBy: number;
  refuses?: string;
  restarts: number;
}

let worker: Worker;
let server: Server;
let said: string[];
let kept: Connectors | undefined;

beforeEach(async () => {
  worker = { state: 'RUNNING', healedBy: Number.POSITIVE_INFINITY, restarts: 0 };
  said = [];
  server = createServer((request, response) => {
    const answer = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.method === 'PUT') {
      if (worker.refuses) return answer(400, { message: worker.refuses });
      worker.state = 'RUNNING';
      return answer(201, {});
    }
    if (request.method === 'POST') {
      worker.restarts++;
      if (worker.restarts === worker.healedBy) worker.state = 'RUNNING';
      return answer(204, {});
    }
    if (!worker.state) return answer(404, {});
    const trace =
      'org.apache.kafka.ConnectException: stopped\n\tat a.place\nCaused by: java.lang.Oops: no luck';
    answer(200, { connector: { state: 'RUNNING' }, tasks: [{ state: worker.state, trace }] });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  await kept?.stop();
  server.close();
  server.closeAllConnections();
});

/** With pauses of 1 to 16 ms in place of seconds. */
function keep(): Connectors {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const quickly = { firstPauseMs: 1, startsWithinMs: 4_000 };
  kept = keepConnectors(url, [{ name: 'order', config: {} }], (line) => said.push(line), quickly);
  return kept;
}
const restarting = (n: number) => `connector order failed (Oops: no luck), restarting it: ${n} of 5`;

describe('a connector', () => {
  test('is put into a worker that does not know it', async () => {
    worker.state = undefined;
    await keep().running();
    expect(said).toEqual([]);
  });

  test('that Connect refuses is told of once, with its reason, and does not let a start go on', async () => {
    Object.assign(worker, {
      state: undefined,
      refuses: 'The host is unknown\nYou can also find the above list of errors',
    });
    await expect(keep().running()).rejects.toThrow('The connector order does not run: The host is unknown');
    expect(said).toEqual(['Kafka Connect refuses the connector order: The host is unknown']);
  });

  test.each([1, 5])('that fails is restarted, and runs when restart %i has mended it', async (healedBy) => {
    Object.assign(worker, { state: 'FAILED', healedBy });
    await keep().running();
    expect(said).toEqual(Array.from({ length: healedBy }, (_, i) => restarting(i + 1)));
  });

  test('that no restart mends is given up, which is said once, and found running when somebody mends it', async () => {
    worker.state = 'FAILED';
    const connectors = keep();
    await expect(connectors.running()).rejects.toThrow('The connector order does not run: Oops: no luck');
    expect(said).toEqual([
      ...[1, 2, 3, 4, 5].map(restarting),
      'connector order stays failed: Oops: no luck. See deploy-services/docs/stack.md, "When a connector has failed"',
    ]);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect([said.length, worker.restarts]).toEqual([6, 5]);
    worker.state = 'RUNNING';
    await expect
      .poll(
        () =>
          connectors.running().then(
            () => 'runs',
            () => 'does not',
          ),
        { timeout: 5_000 },
      )
      .toBe('runs');
  });
});
