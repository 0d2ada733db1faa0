import { randomUUID } from 'node:crypto';
import { Metadata, type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js';
import { bearerToken, type Principal, type TokenVerifier } from '../auth/index.js';
import { AppError } from '../errors/index.js';
import { translateError } from '../http/translate-error.js';
import type { Logger } from '../logging/index.js';
import { histogram } from '../metrics/index.js';
import { extract, type Span, startSpan } from '../tracing/index.js';
import type { Method } from './descriptors.js';
import type { Call } from './service.js';
import { cancelled, deadlineExceeded, statusOf } from './status.js';

export interface HandlerOptions {
  verifier?: TokenVerifier;
  logger: Logger;
  /** For a call that brings no deadline. */
  defaultDeadlineMs: number;
}

type Handler = (request: never, call: Call) => unknown;
/** The bytes of the messages: we read and write them ourselves, so that a failure to is answered and logged as others are. */
type RawCall = ServerUnaryCall<Buffer, Buffer>;

const duration = histogram('grpc_server_call_duration_seconds', 'Time to answer a call', ['method', 'code']);

/** One call from the wire and back: trace, token, deadline, errors, one observation and one log line. */
export function handleCall(method: Method, handler: Handler, options: HandlerOptions) {
  return (raw: RawCall, answer: sendUnaryData<Buffer>): void => {
    const began = performance.now();
    const headers = textOf(raw.metadata);
    const requestId = /^[\w.:-]{1,64}$/.test(headers['x-request-id'] ?? '')
      ? headers['x-request-id']
      : randomUUID();
    const span = startSpan(
      extract(headers),
      method.path.slice(1),
      { 'rpc.system': 'grpc' },
      { kind: 'server', requestId },
    );
    const patience = limitPatience(raw, options.defaultDeadlineMs);

    span.run(async () => {
      sendIds(raw, span);
      let principal: Principal | undefined;
      let failure: AppError | undefined;
      try {
        const who = await identify(headers.authorization, options.verifier);
        principal = who.known;
        const call: Call = { ...who, signal: patience.signal, peer: raw.getPeer() };
        const response = await patience.within(async () =>
          handler(readRequest(method, raw.request) as never, call),
        );
        answer(null, method.responseSerialize(response as object));
      } catch (error) {
        failure = patience.signal.aborted ? (patience.signal.reason as AppError) : translateError(error);
        answer(statusOf(failure));
      }
      patience.end();
      const code = status[failure ? statusOf(failure).code : status.OK] as string;
      const seconds = (performance.now() - began) / 1000;
      duration.labels(method.path.slice(1), code).observe(seconds);
      writeLine(
        options.logger,
        method,
        { code, ms: Math.round(seconds * 10_000) / 10, userId: principal?.userId },
        failure,
      );
      span.set({ 'rpc.grpc.status_code': code });
      span.end(failure?.kind === 'internal' ? failure : undefined);
    });
  };
}

function readRequest(method: Method, bytes: Buffer): object {
  try {
    return method.requestDeserialize(bytes);
  } catch (error) {
    throw new AppError('INVALID_REQUEST', 'invalid', 'The request is no such message.', { cause: error });
  }
}

/**
 * A token is verified before the method runs, but refused only when the method asks who calls: what is public stays
 * public, also while the keys cannot be had.
 */
async function identify(authorization: string | undefined, verifier: TokenVerifier | undefined) {
  let known: Principal | undefined;
  let refused: unknown;
  try {
    const token = bearerToken(authorization);
    if (token !== undefined) {
      if (!verifier) throw new Error('A call brings a token, yet the server was given no token verifier.');
      known = await verifier.verify(token);
    }
  } catch (error) {
    refused = error;
  }
  const maybePrincipal = () => {
    if (refused) throw refused;
    return known;
  };
  const principal = () => {
    const found = maybePrincipal();
    if (!found) throw new AppError('UNAUTHORIZED', 'unauthenticated', 'An access token is needed.');
    return found;
  };
  return { known, maybePrincipal, principal };
}

/** How long to work on a call: until the caller's deadline, until it gives up, and never without end. */
function limitPatience(raw: RawCall, defaultMs: number) {
  const controller = new AbortController();
  const deadline = Number(raw.getDeadline());
  const giveUp = () => controller.abort(Date.now() >= deadline ? deadlineExceeded() : cancelled());
  const timer = Number.isFinite(deadline)
    ? undefined // gRPC itself ends the call then, and tells us by "cancelled"
    : setTimeout(() => controller.abort(deadlineExceeded()), defaultMs);
  raw.on('cancelled', giveUp);
  const { signal } = controller;
  return {
    signal,
    async within<T>(work: () => Promise<T>): Promise<T> {
      if (raw.cancelled) giveUp();
      signal.throwIfAborted();
      const aborted = new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
      return Promise.race([work(), aborted]);
    },
    end: () => clearTimeout(timer),
  };
}

function sendIds(raw: RawCall, { trace }: Span): void {
  const metadata = new Metadata();
  metadata.set('x-trace-id', trace.traceId);
  if (trace.requestId) metadata.set('x-request-id', trace.requestId);
  raw.sendMetadata(metadata);
}

function textOf(metadata: Metadata): Record<string, string | undefined> {
  const entries = Object.entries(metadata.getMap()).map(([name, value]) => [name, String(value)]);
  return Object.fromEntries(entries);
}

function writeLine(logger: Logger, method: Method, line: object, failure: AppError | undefined): void {
  const fields = { method: method.path.slice(1), ...line, error: failure?.code };
  if (failure && ['internal', 'transient'].includes(failure.kind))
    logger.error({ ...fields, err: failure }, 'call failed');
  else logger.info(fields, 'call');
}
