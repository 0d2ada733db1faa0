import { AsyncLocalStorage } from 'node:async_hooks';
import { randomFillSync } from 'node:crypto';
import { formatTraceparent, parseTraceparent, type TraceIds } from './propagation.js';

/** Where we are: of which trace, and in which span. Always there, also when no trace is exported. */
export interface Trace extends TraceIds {
  /** What to hand on: the W3C header of this span. */
  readonly traceparent: string;
  /** The HTTP request or gRPC call that began this here; log lines carry it. */
  requestId: string | undefined;
}

export type Attributes = Record<string, string | number | boolean | undefined>;

export interface SpanOptions {
  kind?: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  /** Traceparents of what caused this without being its parent: the events of a batch. */
  links?: (string | null | undefined)[];
  requestId?: string;
}

export interface Span {
  readonly trace: Trace;
  run<T>(fn: () => T): T;
  set(attributes: Attributes): void;
  end(error?: unknown): void;
}

/** What makes spans: nothing but ids by default, the OpenTelemetry SDK once startTracing has loaded it. */
export interface Driver {
  start(parent: Trace | undefined, name: string, attributes?: Attributes, options?: SpanOptions): Span;
  current(): Trace | undefined;
}

export const storage = new AsyncLocalStorage<Trace>();

const nothing = () => {};

const plainDriver: Driver = {
  start(parent, _name, _attributes, options) {
    const trace = traceOf(
      { traceId: parent?.traceId ?? randomHex(16), spanId: randomHex(8), sampled: parent?.sampled ?? true },
      options?.requestId ?? parent?.requestId,
    );
    return { trace, run: (fn) => storage.run(trace, fn), set: nothing, end: nothing };
  },
  current: () => storage.getStore(),
};

let driver = plainDriver;

export function useDriver(other: Driver = plainDriver): void {
  driver = other;
}

export const traceOf = ({ traceId, spanId, sampled }: TraceIds, requestId?: string): Trace => ({
  traceId,
  spanId,
  sampled,
  requestId,
  // Only now and then is it handed on: putting it together for every request is a microsecond too much.
  get traceparent() {
    return formatTraceparent(this);
  },
});

export const currentTrace = (): Trace | undefined => driver.current();

/**
 * Begins a span under the caller's traceparent, or under the current trace when there is none. For frameworks that
 * call back several times; everywhere else use runInTrace.
 */
export function startSpan(
  parent: string | null | undefined,
  name: string,
  attributes?: Attributes,
  options?: SpanOptions,
): Span {
  const current = driver.current();
  const remote = parseTraceparent(parent);
  return driver.start(remote ? traceOf(remote, current?.requestId) : current, name, attributes, options);
}

/** Runs `fn` in a span of its own; what it throws is recorded there and thrown on. */
export function runInTrace<T>(
  parent: string | null | undefined,
  name: string,
  fn: () => T,
  attributes?: Attributes,
  options?: SpanOptions,
): T {
  const span = startSpan(parent, name, attributes, options);
  if (driver === plainDriver) return span.run(fn);
  return span.run(() => {
    try {
      const result = fn();
      if (!(result instanceof Promise)) {
        span.end();
        return result;
      }
      return result.then(
        (value) => {
          span.end();
          return value;
        },
        (error) => {
          span.end(error);
          throw error;
        },
      ) as T;
    } catch (error) {
      span.end(error);
      throw error;
    }
  });
}

// Ids need no secrecy, and one system call per 512 of them is enough.
const pool = Buffer.alloc(4096);
let used = pool.length;

function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString('hex', used - bytes, used);
}
