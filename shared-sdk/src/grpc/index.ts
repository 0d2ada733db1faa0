export { type GrpcClientOptions, grpcClient } from './client.js';
export { createGrpcServer, type GrpcServer, type GrpcServerOptions } from './create-server.js';
export { parseRequest } from './parse.js';
export {
  type Call,
  type CallOptions,
  type GrpcClient,
  type GrpcService,
  grpcService,
  type Methods,
  type RequestOf,
  type ResponseOf,
  type Sent,
  type ServiceName,
} from './service.js';
