export {
  AppError,
  type AppErrorOptions,
  type FieldProblem,
  fromGrpc,
  isRetryable,
  publicView,
} from './app-error.js';
export { grpcStatus, httpStatus, type Kind, kindTitle } from './kinds.js';
