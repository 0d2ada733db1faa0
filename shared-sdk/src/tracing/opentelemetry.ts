import { context, type SpanContext, SpanKind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  NodeTracerProvider,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-node';
import { parseTraceparent, type TraceIds } from './propagation.js';
import { type Driver, type Span, storage, traceOf } from './trace.js';

const kinds = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

interface Options {
  serviceName: string;
  endpoint: string;
  ratio: number;
}

/** Only startTracing imports this file, and only when there is somewhere to send spans to. */
export function openTelemetry({ serviceName, endpoint, ratio }: Options) {
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/$/, '')}/v1/traces`,
    timeoutMillis: 3000,
  });
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  // Registered globally, so that other instrumentation of the process joins our traces.
  provider.register({ propagator: null });
  const tracer = provider.getTracer('@msa-event-market/shared-sdk');

  const driver: Driver = {
    start(parent, name, attributes = {}, { kind = 'internal', links = [], requestId } = {}) {
      const isActive = parent?.spanId === trace.getActiveSpan()?.spanContext().spanId;
      const above =
        parent && !isActive ? trace.setSpanContext(context.active(), spanContext(parent)) : context.active();
      const linked = links.map(parseTraceparent).filter((ids) => ids !== undefined);
      const span = tracer.startSpan(
        name,
        { kind: kinds[kind], attributes, links: linked.map((ids) => ({ context: spanContext(ids) })) },
        above,
      );
      const here = traceOf(idsOf(span.spanContext()), requestId ?? parent?.requestId);
      const inside = trace.setSpan(above, span);
      return {
        trace: here,
        run: (fn) => context.with(inside, () => storage.run(here, fn)),
        set: (more) => void span.setAttributes(more),
        end(error) {
          if (error !== undefined) {
            span.recordException(error instanceof Error ? error : String(error));
            span.setStatus({ code: SpanStatusCode.ERROR });
          }
          span.end();
        },
      } satisfies Span;
    },
    current() {
      const ours = storage.getStore();
      const active = trace.getActiveSpan()?.spanContext();
      // Someone else's instrumentation may have opened a span inside ours.
      return !active || active.spanId === ours?.spanId ? ours : traceOf(idsOf(active), ours?.requestId);
    },
  };

  const stop = async () => {
    await provider.shutdown();
    trace.disable();
    context.disable();
  };
  return { driver, stop };
}

const spanContext = ({ traceId, spanId, sampled }: TraceIds): SpanContext => ({
  traceId,
  spanId,
  traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
  isRemote: true,
});

const idsOf = ({ traceId, spanId, traceFlags }: SpanContext): TraceIds => ({
  traceId,
  spanId,
  sampled: (traceFlags & TraceFlags.SAMPLED) !== 0,
});
