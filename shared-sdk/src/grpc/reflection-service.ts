import { type ServerDuplexStream, status } from '@grpc/grpc-js';
import { files, type MessageProto } from './descriptors.js';

interface Request {
  host: string;
  fileByFilename?: string;
  fileContainingSymbol?: string;
  fileContainingExtension?: object;
  allExtensionNumbersOfType?: string;
  listServices?: string;
}
type Answer =
  | { fileDescriptorResponse: { fileDescriptorProto: Uint8Array[] } }
  | { listServicesResponse: { service: { name: string }[] } }
  | { errorResponse: { errorCode: number; errorMessage: string } };

/**
 * Server reflection over the compiled protos themselves, v1 and v1alpha alike. A file comes with everything that it
 * imports, so that tools need not ask again.
 */
export function reflectionService(services: string[]) {
  const { byName, bySymbol } = index();

  const withImports = (name: string, found = new Map<string, Uint8Array>()): Map<string, Uint8Array> => {
    const file = byName.get(name);
    if (!file || found.has(name)) return found;
    found.set(name, file.bytes);
    for (const imported of file.proto.dependency) withImports(imported, found);
    return found;
  };

  const fileAnswer = (name: string | undefined, asked: string): Answer =>
    name !== undefined && byName.has(name)
      ? { fileDescriptorResponse: { fileDescriptorProto: [...withImports(name).values()] } }
      : { errorResponse: { errorCode: status.NOT_FOUND, errorMessage: `There is no ${asked} here.` } };

  function answer(request: Request): Answer {
    if (request.listServices !== undefined) {
      return { listServicesResponse: { service: services.map((name) => ({ name })) } };
    }
    if (request.fileByFilename !== undefined)
      return fileAnswer(request.fileByFilename, request.fileByFilename);
    if (request.fileContainingSymbol !== undefined) {
      return fileAnswer(bySymbol.get(request.fileContainingSymbol), request.fileContainingSymbol);
    }
    return { errorResponse: { errorCode: status.NOT_FOUND, errorMessage: 'There are no extensions here.' } };
  }

  return {
    ServerReflectionInfo(call: ServerDuplexStream<Request, object>) {
      call.on('data', (request: Request) => {
        call.write({ validHost: request.host, originalRequest: request, ...answer(request) });
      });
      call.on('end', () => call.end());
    },
  };
}

function index() {
  const all = files();
  const bySymbol = new Map<string, string>();
  for (const { proto } of all) {
    const declare = (symbol: string) => bySymbol.set(symbol, proto.name);
    const message = (scope: string, { name, nestedType, enumType }: MessageProto) => {
      declare(`${scope}.${name}`);
      for (const nested of nestedType) message(`${scope}.${name}`, nested);
      for (const nested of enumType) declare(`${scope}.${name}.${nested.name}`);
    };
    for (const each of proto.messageType) message(proto.package, each);
    for (const { name } of proto.enumType) declare(`${proto.package}.${name}`);
    for (const { name, method } of proto.service) {
      declare(`${proto.package}.${name}`);
      for (const each of method) declare(`${proto.package}.${name}.${each.name}`);
    }
  }
  return { byName: new Map(all.map((file) => [file.proto.name, file])), bySymbol };
}
