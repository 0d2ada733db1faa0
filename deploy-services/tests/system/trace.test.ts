import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningMarket, startMarket } from './market.js';
import { somebody } from './people.js';

// A receiver of OpenTelemetry's protocol (OTLP over HTTP, in JSON), as Jaeger or Tempo would be one.

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  service: string;
}

interface Export {
  resourceSpans: {
    resource: { attributes: { key: string; value: { stringValue?: string } }[] };
    scopeSpans: { spans: Omit<Span, 'service'>[] }[];
  }[];
}

const spans: Span[] = [];
let receiver: Server;
let market: RunningMarket;

beforeAll(async () => {
  receiver = createServer(async (request, response) => {
    if (request.method !== 'POST' || request.url !== '/v1/traces') return void response.writeHead(404).end();
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { resourceSpans } = JSON.parse(Buffer.concat(chunks).toString()) as Export;
    for (const { resource, scopeSpans } of resourceSpans) {
      const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
      for (const span of scopeSpans.flatMap((scope) => scope.spans)) spans.push({ ...span, service });
    }
    response.setHeader('content-type', 'application/json').end('{}');
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const { port } = receiver.address() as AddressInfo;
  market = await startMarket({
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, OTEL_TRACES_SAMPLER_ARG: '1' },
  });
}, 180_000);
afterAll(async () => {
  await market.stop();
  receiver.close();
}, 60_000);

it('one trace runs from the POST through outbox and log to the last consumer', async () => {
  const buyer = await somebody(market);
  const product = await buyer.addProduct(await buyer.openStore(), 10);
  const placed = await buyer.tryOrder([{ product }]);
  expect(placed.status).toBe(201);
  await buyer.paid(placed.body.id);
  const traceId = placed.headers.get('x-trace-id');
  const mine = () => spans.filter((span) => span.traceId === traceId);
  const handled = () => mine().map(({ service, name }) => `${service}: ${name}`);

  const times = (what: string) => handled().filter((one) => one.startsWith(what)).length;
  // Exported in batches, some seconds later. The last to hear of it: that it is sold, captured, and that it was.
  await expect
    .poll(
      () => ({
        asked: times('order: POST'),
        store: times('store: store.reservations process'),
        payment: times('payment: payment.orders process'),
        saga: times('order: order.saga process'),
      }),
      { timeout: 30_000, interval: 200 },
    )
    .toEqual({ asked: 1, store: 2, payment: 2, saga: 3 });
  // One tree: everybody's parent is there, but for the request's own.
  const known = new Set(mine().map(({ spanId }) => spanId));
  const orphans = () => mine().filter(({ parentSpanId }) => parentSpanId && !known.has(parentSpanId));
  await expect
    .poll(
      () => {
        for (const { spanId } of mine()) known.add(spanId);
        return orphans();
      },
      { timeout: 30_000, interval: 200 },
    )
    .toEqual([]);
});
