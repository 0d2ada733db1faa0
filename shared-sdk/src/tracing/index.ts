export { extract } from './propagation.js';
export { type StopTracing, startTracing, type TracingOptions } from './start-tracing.js';
export {
  type Attributes,
  currentTrace,
  runInTrace,
  type Span,
  type SpanOptions,
  startSpan,
  type Trace,
} from './trace.js';
