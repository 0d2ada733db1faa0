import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { histogram } from '../metrics/index.js';
import { currentTrace, runInTrace } from '../tracing/index.js';
import { type Method, methodsOf } from './descriptors.js';
import { retries } from './retry.js';
import type { CallOptions, GrpcClient, ServiceName } from './service.js';
import { cancelled, errorOf } from './status.js';

export interface GrpcClientOptions {
  /** The deadline of every call. */
  timeoutMs?: number;
}

const channelOptions = {
  // Several addresses behind one name (a headless service) share the calls.
  'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 2_000,
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.max_receive_message_length': 4 * 1024 * 1024,
};

const duration = histogram('grpc_client_call_duration_seconds', 'Time until a call was answered', [
  'method',
  'code',
]);

/** A typed client. It connects when first used and by itself again; nobody has to be there yet. */
export function grpcClient<N extends ServiceName>(
  service: N,
  url: string,
  { timeoutMs = 5_000 }: GrpcClientOptions = {},
): GrpcClient<N> {
  const { address, tls } = addressOf(url);
  const client = new Client(
    address,
    tls ? credentials.createSsl() : credentials.createInsecure(),
    channelOptions,
  );
  const repeat = retries();

  const calls = Object.entries(methodsOf(service)).map(([name, method]) => {
    const call = (request: object, options: CallOptions = {}): Promise<object> => {
      const until = Date.now() + Math.min(timeoutMs, options.timeoutMs ?? timeoutMs);
      const attempt = () => callOnce(client, method, request, until, options);
      return method.readOnly ? repeat(attempt, until, options.signal) : attempt();
    };
    return [name, call];
  });
  return { ...Object.fromEntries(calls), close: () => client.close() };
}

function callOnce(
  client: Client,
  method: Method,
  request: object,
  until: number,
  { token, signal }: CallOptions,
) {
  const name = method.path.slice(1);
  return runInTrace(
    undefined,
    name,
    () =>
      new Promise<object>((resolve, reject) => {
        const stop = observed(name);
        const metadata = new Metadata();
        const trace = currentTrace();
        if (trace) metadata.set('traceparent', trace.traceparent);
        if (trace?.requestId) metadata.set('x-request-id', trace.requestId);
        if (token) metadata.set('authorization', `Bearer ${token}`);

        const done = (error: ServiceError | null, response?: object) => {
          signal?.removeEventListener('abort', giveUp);
          const failure = error && (signal?.aborted ? cancelled(signal.reason) : errorOf(error));
          stop(failure?.code ?? 'OK');
          if (failure) reject(failure);
          else resolve(response as object);
        };
        const giveUp = () => call.cancel();
        const { path, requestSerialize, responseDeserialize } = method;
        const call = client.makeUnaryRequest(
          path,
          requestSerialize,
          responseDeserialize,
          request,
          metadata,
          { deadline: until },
          done,
        );
        if (signal?.aborted) giveUp();
        signal?.addEventListener('abort', giveUp);
      }),
    { 'rpc.system': 'grpc' },
    { kind: 'client' },
  );
}

function observed(method: string): (code: string) => void {
  const began = performance.now();
  return (code) => duration.labels(method, code).observe((performance.now() - began) / 1000);
}

/** `http://host:port`, `grpc://host:port` or `host:port`; with `https` or `grpcs` over TLS. */
export function addressOf(url: string): { address: string; tls: boolean } {
  const parts = /^(?:(grpc|http|grpcs|https):\/\/)?([^/]+)\/?$/.exec(url);
  if (!parts?.[2]) throw new Error(`"${url}" is no address of a gRPC server: http://host:port is one`);
  return { address: parts[2], tls: parts[1]?.endsWith('s') === true };
}
