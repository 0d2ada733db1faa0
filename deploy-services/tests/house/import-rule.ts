import path from 'node:path';
import type { SourceFile } from './folders.js';

// domain <- use-cases <- http | grpc | consumers | db | ... <- app, main, config.
// Any folder of src/ that is not named here is an adapter. Adapters do not know one another, but for two exceptions:
// where there is no rule to keep, a route calls a query; and what callers may send is one shape on both wires.
const rank = (layer: string): number => ({ domain: 0, 'use-cases': 1, app: 3 })[layer] ?? 2;
const exceptions: [from: string, to: RegExp][] = [
  ['http', /\/src\/db\/read-[^/]+$/],
  ['grpc', /\/src\/db\/read-[^/]+$/],
  ['grpc', /\/src\/http\/([^/]+-)?(schemas|views)$/],
];

/** The model of the whole market plays the services' own rules against one another; it is not shipped. */
const isModel = (file: string): boolean => file.startsWith('deploy-services/tests/model/');
/** Runs the services in its own process, by what every service has: `buildApp` and `loadConfig`. */
const isInProcess = (file: string): boolean => file === 'deploy-services/tests/check/market-in-process.ts';

const outsideOfDomain = /^(fastify|knex|pg|jose|@grpc\/.*|node:(?!crypto$).*)$/;
const outsideOfRules = /^@msa-event-market\/shared-sdk\/(config|grpc|http|postgres|relay|service|testing)$/;

/** What breaks the import rule, one line each. Imports of types count: they are dependencies of the reader's mind. */
export function brokenImports(files: SourceFile[]): string[] {
  return files.flatMap((file) =>
    importsOf(file.text).flatMap((target) => {
      const reason = judge(file.path, target);
      return reason ? [`${file.path} imports ${target}: ${reason}`] : [];
    }),
  );
}

function judge(file: string, target: string): string | undefined {
  const folder = file.split('/')[0] as string;
  if (/^(service-|deploy-services)/.test(target)) return 'a folder knows another only by its contracts';
  const from = layerOf(file);
  if (!target.startsWith('.')) {
    if (from === 'domain' && outsideOfDomain.test(target)) return 'domain/ has no input or output';
    if (from && rank(from) < 2 && outsideOfRules.test(target)) return 'rules do not know the edges';
    return undefined;
  }
  const aim = path.posix.join(path.posix.dirname(file), target).replace(/\.[jt]s$/, '');
  if (isModel(file) && layerOf(aim) === 'domain') return undefined;
  if (isInProcess(file) && /\/src\/(app|config)$/.test(aim)) return undefined;
  if (!aim.startsWith(`${folder}/`)) return 'it lies outside of the folder, which could not be built alone';
  const to = layerOf(aim);
  if (!from || !to || from === to || rank(to) < rank(from)) return undefined;
  if (exceptions.some(([layer, aims]) => layer === from && aims.test(aim))) return undefined;
  return rank(to) === 2 && rank(from) === 2
    ? `${from}/ and ${to}/ meet in app.ts only`
    : 'it points outwards';
}

/** `domain`, `http`, ... of a service's sources; files directly in src/ are `app`; anything else has no layer. */
function layerOf(file: string): string | undefined {
  const [folder, src, layer, ...rest] = file.split('/');
  if (!folder?.startsWith('service-') || src !== 'src') return undefined;
  return rest.length > 0 ? layer : 'app';
}

const importLine = /(?:\bfrom|\bimport)\s*\(?\s*['"`]([^'"`]+)['"`]/g;
const importsOf = (text: string): string[] =>
  [...text.matchAll(importLine)].map((match) => match[1] as string);
