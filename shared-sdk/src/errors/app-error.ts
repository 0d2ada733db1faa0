import { type Kind, kindOfGrpcStatus } from './kinds.js';

/** One wrong field: a JSON pointer into the body (`/items/0/quantity`) and what is wrong with it. */
export interface FieldProblem {
  /** Where the pointer points into, when it is not the body. */
  in?: 'body' | 'query' | 'path' | 'header';
  pointer: string;
  detail: string;
}

export interface AppErrorOptions {
  cause?: unknown;
  fields?: FieldProblem[];
  retryAfterSeconds?: number;
}

// In the global registry, so that an error thrown by one copy of the SDK is known to another copy.
const brand = Symbol.for('msa-event-market.AppError');

/** The one error that edges translate: a stable `code` for programs, a `kind` for the wire, a message for people. */
export class AppError extends Error {
  readonly code: string;
  readonly kind: Kind;
  readonly fields?: FieldProblem[];
  readonly retryAfterSeconds?: number;

  constructor(code: string, kind: Kind, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.kind = kind;
    this.fields = options.fields;
    this.retryAfterSeconds = options.retryAfterSeconds;
    Object.defineProperty(this, brand, { value: true });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    // A subclass inherits this method, yet not every AppError is one of the subclass.
    // biome-ignore lint/complexity/noThisInStatic: `this` is the subclass when asked for one
    if (this !== AppError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === 'object' && value !== null && brand in value;
  }
}

/** Whether the same call may succeed a little later, with nothing changed by the caller. */
export const isRetryable = (error: unknown): boolean =>
  error instanceof AppError && ['transient', 'unavailable', 'rate_limited'].includes(error.kind);

const unexpected = 'Something went wrong on our side. The trace id helps us find it.';

/**
 * What a stranger may read of an error. Of our own failures they learn the code and nothing of the inside: messages
 * of databases and peers name hosts, tables and values.
 */
export function publicView(error: unknown): Pick<AppError, 'code' | 'kind' | 'message'> & AppErrorOptions {
  if (!(error instanceof AppError)) return { code: 'INTERNAL', kind: 'internal', message: unexpected };
  const { code, kind, message, fields, retryAfterSeconds } = error;
  if (kind === 'internal') return { code: 'INTERNAL', kind, message: unexpected };
  if (kind === 'unavailable' || kind === 'transient')
    return { code, kind, message: 'Not available right now, please try again.', retryAfterSeconds };
  return { code, kind, message, fields, retryAfterSeconds };
}

/** The error of a gRPC answer. `details` come from its ErrorInfo when the peer sent one. */
export function fromGrpc(
  status: number,
  details: AppErrorOptions & { code?: string; kind?: Kind; message?: string } = {},
): AppError {
  const kind = details.kind ?? kindOfGrpcStatus(status);
  return new AppError(
    details.code ?? kind.toUpperCase(),
    kind,
    details.message ?? `gRPC status ${status}`,
    details,
  );
}
