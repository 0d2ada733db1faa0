import { createServer, type Server } from 'node:http';
import { type Health, healthStatus, type Report } from '../health/index.js';
import { registry } from '../metrics/index.js';

/** Health and metrics, on a port that only operators and probes reach. */
export function createAdminServer(health: Health): Server {
  const reports: Record<string, () => Report | Promise<Report>> = {
    '/healthz': () => health.all(),
    '/healthz/live': () => health.live(),
    '/healthz/ready': () => health.ready(),
  };

  const respond = async (path: string): Promise<[status: number, type: string, body: string]> => {
    if (path === '/metrics') return [200, registry.contentType, await registry.metrics()];
    const report = await reports[path]?.();
    if (!report) return [404, 'text/plain', 'Not found\n'];
    return [healthStatus(report), 'application/json; charset=utf-8', JSON.stringify(report)];
  };

  return createServer((request, response) => {
    const path = request.url?.split('?', 1)[0] ?? '';
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return void response.writeHead(405, { allow: 'GET, HEAD' }).end();
    respond(path).then(
      ([status, type, body]) => response.writeHead(status, { 'content-type': type }).end(body),
      // A gauge's lookup may fail, as when the database is down: the scraper sees it, and tries again.
      () => response.writeHead(503).end(),
    );
  });
}
