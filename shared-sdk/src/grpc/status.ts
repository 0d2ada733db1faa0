import { Metadata, type ServiceError, type StatusObject, status } from '@grpc/grpc-js';
import { AppError, fromGrpc, grpcStatus, publicView } from '../errors/index.js';
import { isKind } from '../errors/kinds.js';
import { messageCodec } from './descriptors.js';

// The two ways of an error: an AppError becomes a status with google.rpc details, which tools like grpcurl decode, and
// becomes the same AppError again at the caller.

const trailer = 'grpc-status-details-bin';
const domain = 'market';
const typeUrl = (name: string) => `type.googleapis.com/${name}`;

/** A map field as it is on the wire: protobufjs makes no map of one that comes from a descriptor. */
interface MapEntry {
  key: string;
  value: string;
}
interface ErrorInfo {
  reason: string;
  domain: string;
  metadata: MapEntry[];
}
interface BadRequest {
  fieldViolations: { field: string; description: string }[];
}
interface Status {
  details: { typeUrl: string; value: Uint8Array }[];
}
interface Details {
  info?: ErrorInfo;
  fields?: AppError['fields'];
}

/** The two that only gRPC has: they are kinds of "unavailable" to everybody else. */
const ownStatus: Record<string, number> = {
  DEADLINE_EXCEEDED: status.DEADLINE_EXCEEDED,
  CANCELLED: status.CANCELLED,
};

export const deadlineExceeded = (cause?: unknown): AppError =>
  new AppError('DEADLINE_EXCEEDED', 'unavailable', 'There was no answer in time.', { cause });
export const cancelled = (cause?: unknown): AppError =>
  new AppError('CANCELLED', 'unavailable', 'The caller gave up.', { cause });

export function statusOf(error: AppError): StatusObject {
  const known = isKind(error.kind) ? error : undefined;
  const { code, kind, message, fields, retryAfterSeconds } = publicView(known);
  const grpcCode = ownStatus[code] ?? grpcStatus(kind);
  const more = { kind, ...(retryAfterSeconds && { retryAfterSeconds: String(retryAfterSeconds) }) };
  const info: ErrorInfo = {
    reason: code,
    domain,
    metadata: Object.entries(more).map(([key, value]) => ({ key, value })),
  };
  const details = [packed('google.rpc.ErrorInfo', info)];
  if (fields) {
    const fieldViolations = fields.map(({ pointer, detail }) => ({ field: pointer, description: detail }));
    details.push(packed('google.rpc.BadRequest', { fieldViolations } satisfies BadRequest));
  }
  const metadata = new Metadata();
  metadata.set(trailer, messageCodec('google.rpc.Status').write({ code: grpcCode, message, details }));
  return { code: grpcCode, details: message, metadata };
}

/** The remote error. Without details (another implementation, or a proxy in between) its status is its code. */
export function errorOf(error: ServiceError): AppError {
  const { info, fields } = detailsOf(error.metadata);
  const code = info?.reason ?? status[error.code] ?? 'UNKNOWN';
  const more = Object.fromEntries(info?.metadata.map(({ key, value }) => [key, value]) ?? []);
  const retryAfter = Number(more.retryAfterSeconds);
  return fromGrpc(error.code, {
    code,
    kind: isKind(more.kind) ? more.kind : undefined,
    message: error.details,
    fields,
    retryAfterSeconds: retryAfter > 0 ? retryAfter : undefined,
    cause: error,
  });
}

/** Called by gRPC's own callback: what it throws ends the process. So a peer's bytes that make no sense are none. */
function detailsOf(metadata: Metadata): Details {
  const [bytes] = metadata.get(trailer);
  if (!(bytes instanceof Buffer)) return {};
  try {
    return read(bytes);
  } catch {
    return {};
  }
}

function read(bytes: Buffer): Details {
  const { details } = messageCodec('google.rpc.Status').read(bytes) as Status;
  const info = unpacked<ErrorInfo>(details, 'google.rpc.ErrorInfo');
  const fields = unpacked<BadRequest>(details, 'google.rpc.BadRequest')?.fieldViolations.map(
    ({ field, description }) => ({ pointer: field, detail: description }),
  );
  return { info: info?.domain === domain ? info : undefined, fields };
}

const packed = (name: string, value: object) => ({
  typeUrl: typeUrl(name),
  value: messageCodec(name).write(value),
});

function unpacked<T>(details: Status['details'], name: string): T | undefined {
  const found = details.find((detail) => detail.typeUrl === typeUrl(name));
  return found && (messageCodec(name).read(Buffer.from(found.value)) as T);
}
