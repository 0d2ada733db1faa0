import { describe, expect, it } from 'vitest';
import { currentTrace, runInTrace, startSpan } from '../../src/tracing/index.js';

const parent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-00`;

describe('runInTrace', () => {
  it('throws on what the function throws, now or later', async () => {
    expect(() => runInTrace(undefined, 'x', () => raise('now'))).toThrow('now');
    await expect(runInTrace(undefined, 'x', async () => raise('later'))).rejects.toThrow('later');
  });

  it('ends with the function: outside there is no trace', () => {
    expect(runInTrace(undefined, 'x', () => currentTrace())).toBeDefined();
    expect(currentTrace()).toBeUndefined();
  });

  it.each([undefined, null, '', 'nonsense', `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`])(
    'begins a trace when the parent is %j',
    (malformed) => {
      const trace = runInTrace(malformed, 'x', () => currentTrace());
      expect(trace?.traceparent).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-01$/);
    },
  );

  it('continues the trace of the parent, with its decision and a span of its own', () => {
    const trace = runInTrace(parent, 'x', () => currentTrace());
    expect(trace).toMatchObject({ traceId: 'a'.repeat(32), sampled: false });
    expect(trace?.spanId).not.toBe('b'.repeat(16));
    expect(trace?.traceparent).toBe(`00-${trace?.traceId}-${trace?.spanId}-00`);
  });

  it('without a parent continues the current one, also across awaits', async () => {
    await runInTrace(
      parent,
      'outer',
      async () => {
        await new Promise(setImmediate);
        const inner = runInTrace(undefined, 'inner', () => currentTrace());
        expect(inner).toMatchObject({ traceId: 'a'.repeat(32), requestId: 'r-1' });
      },
      undefined,
      { requestId: 'r-1' },
    );
  });

  it('keeps apart what runs at the same time', async () => {
    const seen = await Promise.all(
      ['1', '2', '3'].map((digit) =>
        runInTrace(`00-${digit.repeat(32)}-${'b'.repeat(16)}-01`, 'x', async () => {
          await new Promise(setImmediate);
          return currentTrace()?.traceId;
        }),
      ),
    );
    expect(seen).toEqual(['1', '2', '3'].map((digit) => digit.repeat(32)));
  });
});

describe('startSpan', () => {
  it('may be entered several times', () => {
    const span = startSpan(parent, 'x');
    expect(span.run(() => currentTrace())).toBe(span.trace);
    expect(span.run(() => currentTrace())).toBe(span.trace);
    span.set({ route: '/' });
    span.end();
  });

  it('never gives an id twice', () => {
    const ids = Array.from({ length: 2000 }, () => startSpan(undefined, 'x').trace);
    expect(new Set(ids.map((trace) => trace.traceId)).size).toBe(2000);
    expect(new Set(ids.map((trace) => trace.spanId)).size).toBe(2000);
  });
});

function raise(message: string): never {
  throw new Error(message);
}
