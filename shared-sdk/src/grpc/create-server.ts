import { Server, ServerCredentials, type UntypedServiceImplementation } from '@grpc/grpc-js';
import type { TokenVerifier } from '../auth/index.js';
import type { Health } from '../health/index.js';
import type { Logger } from '../logging/index.js';
import { type Method, methodsOf } from './descriptors.js';
import { handleCall } from './handle-call.js';
import { healthService } from './health-service.js';
import { reflectionService } from './reflection-service.js';
import type { GrpcService } from './service.js';

export interface GrpcServerOptions {
  host: string;
  /** 0 takes a free one. */
  port: number;
  services: GrpcService[];
  /** Without one a call that brings a token cannot be answered to who asks for its principal. */
  verifier?: TokenVerifier;
  health: Health;
  logger: Logger;
  /** For calls that bring no deadline. */
  defaultDeadlineMs?: number;
}

export interface GrpcServer {
  /** Resolves with the port. */
  start(): Promise<number>;
  /** Takes no more calls and lets those under way end; after `deadlineMs` they are cut off. */
  stop(deadlineMs: number): Promise<void>;
}

const limits = {
  'grpc.max_receive_message_length': 1024 * 1024,
  'grpc.max_send_message_length': 4 * 1024 * 1024,
  'grpc.max_concurrent_streams': 1000,
  'grpc.keepalive_time_ms': 30_000, // a caller whose machine is gone is noticed, and its streams end
  'grpc.keepalive_timeout_ms': 10_000,
};

const health1 = 'grpc.health.v1.Health';
const reflection1 = 'grpc.reflection.v1.ServerReflection';
const reflection1alpha = 'grpc.reflection.v1alpha.ServerReflection';

/** A gRPC server with health and reflection; see docs/grpc.md for what it does for each call. */
export function createGrpcServer(options: GrpcServerOptions): GrpcServer {
  const { host, port, services, verifier, health, logger, defaultDeadlineMs = 30_000 } = options;
  const server = new Server(limits);
  const names = services.map(({ service }) => service);
  const watched = healthService(health, names);
  const reflection = reflectionService([...names, health1, reflection1, reflection1alpha]);

  for (const { service, methods } of services) {
    const known = methodsOf(service);
    const entries = Object.entries(known).map(([name, method]) => {
      const handler = methods[name];
      if (!handler) throw new Error(`${service} has no method ${name}`);
      return [name, handleCall(method, handler, { verifier, logger, defaultDeadlineMs })];
    });
    server.addService(raw(known), Object.fromEntries(entries));
  }
  const own: [string, UntypedServiceImplementation][] = [
    [health1, watched.methods],
    [reflection1, reflection],
    [reflection1alpha, reflection],
  ];
  for (const [name, methods] of own) server.addService(methodsOf(name), methods);

  return {
    start: () =>
      new Promise((resolve, reject) => {
        const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
        server.bindAsync(address, ServerCredentials.createInsecure(), (error, bound) => {
          if (error)
            reject(new Error(`gRPC cannot listen on ${address}: ${error.message}`, { cause: error }));
          else resolve(bound);
        });
      }),

    async stop(deadlineMs) {
      watched.end();
      const force = setTimeout(() => server.forceShutdown(), deadlineMs);
      await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
      clearTimeout(force);
    },
  };
}

/** The same methods with bytes for messages: handle-call.ts reads and writes them. */
function raw(methods: Record<string, Method>): Record<string, Method> {
  const asTheyAre = (bytes: object) => bytes as Buffer;
  return Object.fromEntries(
    Object.entries(methods).map(([name, method]) => [
      name,
      { ...method, requestDeserialize: asTheyAre, responseSerialize: asTheyAre },
    ]),
  );
}
