import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import { currentTrace } from '../tracing/index.js';
import { standardOutput } from './output.js';
import { maskPasswords, redactFields } from './redact.js';
import { formatLine } from './text-format.js';

export interface LoggerOptions {
  /** The service; every line carries it. */
  name: string;
  /** `text` for people, `json` for the cluster. */
  format?: 'text' | 'json';
  level?: string;
  /** Where lines go; by default standard output. */
  output?: DestinationStream;
}

export type { Logger };

/** A pino logger whose lines carry the current trace and request, and no secret. */
export function createLogger({ name, format = 'json', level = 'info', output }: LoggerOptions): Logger {
  const colour = output === undefined && process.stdout.isTTY === true;
  const rewrite = format === 'text' ? (line: string) => formatLine(line, colour) : (line: string) => line;
  const logger = pino(
    {
      level,
      base: { name },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: redactFields },
      // pino's own would run after ours and take the described error for a plain object.
      serializers: { err: (described) => described },
      mixin: traceFields,
      hooks: { streamWrite: maskPasswords },
    },
    output ? { write: (line) => output.write(rewrite(line)) } : standardOutput(rewrite),
  );
  const child = logger.child;
  // `formatters` are not asked about the fields of a child logger.
  logger.child = function (this: Logger, fields: object, ...rest: unknown[]) {
    return Reflect.apply(child, this, [redactFields(fields), ...rest]);
  } as typeof child;
  return logger;
}

function traceFields(): object {
  const trace = currentTrace();
  if (!trace) return {};
  const { traceId, requestId } = trace;
  return requestId ? { traceId, requestId } : { traceId };
}
