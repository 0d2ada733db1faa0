import { readFileSync } from 'node:fs';
import type { MethodDefinition } from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import descriptor from 'protobufjs/ext/descriptor/index.js';

// Everything here comes from one file, proto/market.binpb: what the server takes, what the clients send and what
// reflection tells cannot differ. proto-loader would do, but it takes twice as long at every start, since it describes
// each message anew for every method, and it drops `idempotency_level`.

const bytes = readFileSync(new URL('../../proto/market.binpb', import.meta.url));

export interface Method extends MethodDefinition<object, object> {
  /** Marked NO_SIDE_EFFECTS in the proto: may be sent again without a thought. */
  readOnly: boolean;
}

/** The methods of a service by name, with the functions that write and read their messages. */
export function methodsOf(service: string): Record<string, Method> {
  const { methodsArray } = types().lookupService(service);
  return Object.fromEntries(
    methodsArray.map(({ name, resolvedRequestType, resolvedResponseType, requestStream, responseStream }) => {
      const request = codec(resolvedRequestType as protobuf.Type);
      const response = codec(resolvedResponseType as protobuf.Type);
      const path = `/${service}/${name}`;
      const method: Method = {
        path,
        originalName: name,
        requestStream: requestStream === true,
        responseStream: responseStream === true,
        requestSerialize: request.write,
        requestDeserialize: request.read,
        responseSerialize: response.write,
        responseDeserialize: response.read,
        readOnly: readOnlyMethods().has(path),
      };
      return [name, method];
    }),
  );
}

interface Codec {
  write(value: object): Buffer;
  read(bytes: Buffer): object;
}

/** Of a message by its full name: for what travels outside of a call's body. */
export const messageCodec = (name: string): Codec => codec(types().lookupType(name));

function codec(type: protobuf.Type): Codec {
  return {
    write: (value) => type.encode(type.fromObject(value)).finish() as Buffer,
    read: (buffer) => type.toObject(type.decode(buffer), { longs: Number, enums: String, defaults: true }),
  };
}

/** The files as they were compiled, each by itself: what reflection hands out. */
export function files(): { proto: FileProto; bytes: Uint8Array }[] {
  const reader = protobuf.Reader.create(bytes);
  const found = [];
  while (reader.pos < reader.len) {
    reader.uint32(); // the tag of `repeated FileDescriptorProto file = 1`, all that a set holds
    const file = reader.bytes();
    found.push({ proto: descriptor.FileDescriptorProto.decode(file) as unknown as FileProto, bytes: file });
  }
  return found;
}

/** What we read of a FileDescriptorProto. */
export interface FileProto {
  name: string;
  package: string;
  dependency: string[];
  messageType: MessageProto[];
  enumType: { name: string }[];
  service: { name: string; method: { name: string; options?: { idempotencyLevel?: number } }[] }[];
}
export interface MessageProto {
  name: string;
  field: { name: string; jsonName: string }[];
  nestedType: MessageProto[];
  enumType: { name: string }[];
}

let loaded: protobuf.Root | undefined;

/** The types with camelCase fields. Read when first used: not every process that imports the SDK speaks gRPC. */
function types(): protobuf.Root {
  if (loaded) return loaded;
  const set = descriptor.FileDescriptorSet.decode(bytes) as unknown as { file: FileProto[] };
  for (const file of set.file) file.messageType.forEach(useCamelCase);
  loaded = (protobuf.Root as unknown as { fromDescriptor(from: object): protobuf.Root }).fromDescriptor(set);
  loaded.resolveAll();
  return loaded;
}

function useCamelCase(message: MessageProto): void {
  for (const field of message.field) field.name = field.jsonName;
  message.nestedType.forEach(useCamelCase);
}

let readOnly: Set<string> | undefined;

function readOnlyMethods(): Set<string> {
  const noSideEffects = 1; // google.protobuf.MethodOptions.IdempotencyLevel
  readOnly ??= new Set(
    files().flatMap(({ proto }) =>
      proto.service.flatMap(({ name, method }) =>
        method
          .filter(({ options }) => options?.idempotencyLevel === noSideEffects)
          .map((each) => `/${proto.package}.${name}/${each.name}`),
      ),
    ),
  );
  return readOnly;
}
