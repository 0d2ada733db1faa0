import { context, trace as openTelemetry } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { currentTrace, runInTrace, type StopTracing, startTracing } from '../../src/tracing/index.js';
import { collector } from './collector.js';

let sink: Awaited<ReturnType<typeof collector>>;
let stop: StopTracing;
beforeEach(async () => {
  sink = await collector();
  stop = async () => {};
});
afterEach(async () => {
  await stop();
  await sink.close();
});

const started = async (ratio?: number) => {
  stop = await startTracing({ serviceName: 'order', endpoint: sink.url, ratio });
};

describe('startTracing', () => {
  it('without an endpoint exports nothing and still has ids', async () => {
    stop = await startTracing({ serviceName: 'order' });
    expect(runInTrace(undefined, 'x', () => currentTrace())).toBeDefined();
    await stop();
    expect(sink.spans).toEqual([]);
  });

  it('marks the span of a failure, and throws the failure on', async () => {
    await started();
    await expect(runInTrace(undefined, 'later', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await stop();
    expect(sink.spans).toMatchObject([{ name: 'later', status: { code: 2 } }]);
  });

  it('follows a caller who does not sample, and exports none of what it drops itself', async () => {
    await started(0);
    runInTrace(`00-${'a'.repeat(32)}-${'b'.repeat(16)}-00`, 'not sampled', () => {});
    runInTrace(undefined, 'dropped', () => {});
    runInTrace(`00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, 'sampled', () => {});
    await stop();
    expect(sink.spans.map((span) => span.name)).toEqual(['sampled']);
  });

  it('sends spans with their parent, kind, attributes and links when it is stopped', async () => {
    await started();
    await runInTrace(
      `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
      'POST /v1/orders',
      async () => {
        await new Promise(setImmediate);
        runInTrace(undefined, 'consume', () => {}, undefined, {
          kind: 'consumer',
          links: [`00-${'c'.repeat(32)}-${'d'.repeat(16)}-01`, null, 'nonsense'],
        });
      },
      { 'http.route': '/v1/orders' },
      { kind: 'server' },
    );
    await stop();
    const [inner, outer] = sink.spans;
    expect(sink.services).toContain('order');
    expect(outer).toMatchObject({
      name: 'POST /v1/orders',
      traceId: 'a'.repeat(32),
      parentSpanId: 'b'.repeat(16),
      kind: 2,
    });
    expect(outer?.attributes).toContainEqual({ key: 'http.route', value: { stringValue: '/v1/orders' } });
    expect(inner).toMatchObject({ traceId: 'a'.repeat(32), parentSpanId: outer?.spanId, kind: 5 });
    expect(inner?.links?.map((link) => link.traceId)).toEqual(['c'.repeat(32)]);
  });

  it('shares its trace with other instrumentation of the process', async () => {
    await started();
    runInTrace(undefined, 'ours', () => {
      const theirs = openTelemetry.getTracer('other').startSpan('theirs');
      context.with(openTelemetry.setSpan(context.active(), theirs), () => {
        expect(currentTrace()?.spanId).toBe(theirs.spanContext().spanId);
      });
      theirs.end();
    });
    await stop();
    const [theirs, ours] = sink.spans;
    expect(theirs).toMatchObject({ name: 'theirs', traceId: ours?.traceId, parentSpanId: ours?.spanId });
  });

  it('does not hold up stopping when the collector is gone', async () => {
    await sink.close();
    await started();
    runInTrace(undefined, 'lost', () => {});
    const begun = performance.now();
    await stop().catch(() => {});
    expect(performance.now() - begun).toBeLessThan(5000);
  });
});
