import type { Principal } from '../auth/index.js';
import type { Services } from './generated/services.js';

export type ServiceName = keyof Services;

/**
 * What is sent, as a request or as an answer: the message's own type, but for its optional fields, where null stands
 * for "not there" as it does in a row of the database.
 */
export type Sent<T> = T extends (infer E)[]
  ? Sent<E>[]
  : T extends object
    ? { [K in keyof T]: undefined extends T[K] ? Sent<NonNullable<T[K]>> | null | undefined : Sent<T[K]> }
    : T;

/** What a method gets to know of its call, besides the request. */
export interface Call {
  /** Who calls. Throws UNAUTHORIZED when nobody is signed in. */
  principal(): Principal;
  /** Who calls, if anybody is signed in; a bad token is refused all the same. */
  maybePrincipal(): Principal | undefined;
  /** Aborted when the caller has gone or its deadline has passed: pass it on to whatever can be given up. */
  signal: AbortSignal;
  /** The address of the caller, as it connected. */
  peer: string;
}

type Messages = Record<string, { request: object; response: object }>;

type MethodsOf<S> = {
  [M in keyof S]: S[M] extends { request: infer Q; response: infer A }
    ? (request: Q, call: Call) => Promise<Sent<A>> | Sent<A>
    : never;
};

/** The messages of a method, such as RequestOf<'market.order.v1.OrderService', 'GetOrder'>. */
export type RequestOf<N extends ServiceName, M extends keyof Services[N]> = Services[N][M] extends {
  request: infer Q;
}
  ? Q
  : never;
export type ResponseOf<N extends ServiceName, M extends keyof Services[N]> = Services[N][M] extends {
  response: infer A;
}
  ? A
  : never;

export type Methods<N extends ServiceName> = MethodsOf<Services[N]>;

/** A service with its methods, ready for createGrpcServer. */
export interface GrpcService {
  service: ServiceName;
  methods: Record<string, (request: never, call: Call) => unknown>;
}

/** Binds methods to a service of the protos; every method has to be there, and is checked against its messages. */
export const grpcService = <N extends ServiceName>(service: N, methods: Methods<N>): GrpcService => ({
  service,
  methods: methods as GrpcService['methods'],
});

export interface CallOptions {
  /** An access token: whose call this is. */
  token?: string;
  /** Gives the call up. */
  signal?: AbortSignal;
  /** Less patience than the client's own. */
  timeoutMs?: number;
}

type CallsOf<S> = {
  [M in keyof S]: S[M] extends Messages[string]
    ? (request: Sent<S[M]['request']>, options?: CallOptions) => Promise<S[M]['response']>
    : never;
};

/** A function for each method of the service. They reject with an AppError that has the remote code. */
export type GrpcClient<N extends ServiceName> = CallsOf<Services[N]> & { close(): void };
