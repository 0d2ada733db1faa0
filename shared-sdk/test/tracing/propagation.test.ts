import { defaultTextMapGetter, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { B3Propagator } from '@opentelemetry/propagator-b3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extract } from '../../src/tracing/index.js';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';

/** What OpenTelemetry's own propagators make of the headers: B3 first, W3C last, the last one wins. */
function official(headers: Record<string, string>): string | undefined {
  const carrier = Object.fromEntries(Object.entries(headers));
  const b3 = new B3Propagator().extract(ROOT_CONTEXT, carrier, defaultTextMapGetter);
  const both = new W3CTraceContextPropagator().extract(b3, carrier, defaultTextMapGetter);
  const found = trace.getSpanContext(both);
  return found && `00-${found.traceId}-${found.spanId}-0${found.traceFlags & 1}`;
}

describe('extract', () => {
  it.each([
    ['nothing', {}],
    ['a short trace id', { traceparent: `00-${traceId.slice(1)}-${spanId}-01` }],
    ['capitals, which W3C forbids', { traceparent: `00-${traceId.toUpperCase()}-${spanId}-01` }],
    ['only zeros', { traceparent: `00-${'0'.repeat(32)}-${spanId}-01` }],
    ['version ff', { traceparent: `ff-${traceId}-${spanId}-01` }],
    ['more than version 00 has', { traceparent: `00-${traceId}-${spanId}-01-more` }],
    ['another length of B3', { b3: `${traceId}0-${spanId}` }],
    ['only zeros in B3', { 'x-b3-traceid': '0'.repeat(16), 'x-b3-spanid': spanId }],
    ['B3 without a span', { 'x-b3-traceid': traceId }],
    ['the deny-only B3 header', { b3: '0' }],
  ])('takes %s for no trace', (_, headers) => {
    expect(extract(headers)).toBeUndefined();
  });

  it.each([
    ['W3C', { traceparent: `00-${traceId}-${spanId}-01` }, `00-${traceId}-${spanId}-01`],
    ['W3C, not sampled', { traceparent: `00-${traceId}-${spanId}-00` }, `00-${traceId}-${spanId}-00`],
    [
      'a later version of W3C',
      { traceparent: `cc-${traceId}-${spanId}-01-what` },
      `00-${traceId}-${spanId}-01`,
    ],
    ['single B3', { b3: `${traceId}-${spanId}-1-05e3ac9a4f6e3b90` }, `00-${traceId}-${spanId}-01`],
    ['single B3, denied', { b3: `${traceId}-${spanId}-0` }, `00-${traceId}-${spanId}-00`],
    [
      'B3 in several headers',
      { 'x-b3-traceid': traceId, 'x-b3-spanid': spanId, 'x-b3-sampled': '0' },
      `00-${traceId}-${spanId}-00`,
    ],
    [
      'B3 with 64 bits, padded',
      { 'x-b3-traceid': traceId.slice(16), 'x-b3-spanid': spanId, 'x-b3-flags': '1' },
      `00-${'0'.repeat(16)}${traceId.slice(16)}-${spanId}-01`,
    ],
    [
      'W3C before B3',
      { traceparent: `00-${traceId}-${spanId}-01`, b3: `${'1'.repeat(32)}-${spanId}-1` },
      `00-${traceId}-${spanId}-01`,
    ],
  ])('reads %s', (_, headers, expected) => {
    expect(extract(headers)).toBe(expected);
  });

  it('agrees with the official propagators wherever a decision was sent', () => {
    const hex = (length: number) =>
      fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
    const id = fc.oneof(hex(32), hex(16), hex(31), fc.constant('0'.repeat(32)));
    const span = fc.oneof(hex(16), hex(15), fc.constant('0'.repeat(16)));
    const header = fc.oneof(
      fc
        .tuple(id, span, fc.constantFrom('00', '01', '03', 'zz'))
        .map(([t, s, f]) => ({ traceparent: `00-${t}-${s}-${f}` })),
      fc
        .tuple(fc.oneof(hex(32), hex(16)), hex(16), fc.constantFrom('0', '1', 'd'))
        .map(([t, s, d]) => ({ b3: `${t}-${s}-${d}` })),
      fc
        .tuple(fc.oneof(hex(32), hex(16)), hex(16), fc.constantFrom('0', '1'))
        .map(([t, s, d]) => ({ 'x-b3-traceid': t, 'x-b3-spanid': s, 'x-b3-sampled': d })),
    );
    const headers = fc
      .tuple(header, header)
      .map(([one, other]) => ({ ...one, ...other }) as Record<string, string>);
    fc.assert(
      fc.property(headers, (given) => {
        // With both forms of B3 present the official one looks no further than the single header; so do we, but we
        // fall back to the others when it is malformed.
        fc.pre(!('b3' in given && 'x-b3-traceid' in given));
        expect(extract(given)).toBe(official(given));
      }),
      { seed: 7, numRuns: 2000 },
    );
  });
});
