import { STATUS_CODES } from 'node:http';

type Json = Record<string, unknown>;

/**
 * What the generators leave behind: `examples` and null types that OpenAPI 3.0 does not know, the bounds that zod
 * writes for every integer, "Default Response", and components that nothing refers to.
 */
export function tidyDocument(document: object): object {
  const tidy = JSON.parse(JSON.stringify(document), revive) as Json;
  for (const path of Object.values((tidy.paths ?? {}) as Json))
    for (const operation of Object.values(path as Json)) describeResponses(operation as Json);
  dropUnused(tidy);
  return tidy;
}

function revive(this: unknown, key: string, value: unknown): unknown {
  if ((key === 'minimum' || key === 'maximum') && Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER)
    return undefined;
  if (!isSchema(value)) return value;
  const { examples, ...rest } = value;
  return Array.isArray(examples) ? { ...rest, example: examples[0] } : value;
}

const isSchema = (value: unknown): value is Json =>
  typeof value === 'object' &&
  value !== null &&
  'examples' in value &&
  ('type' in value || 'properties' in value);

function describeResponses({ responses }: Json): void {
  for (const [status, response] of Object.entries((responses ?? {}) as Record<string, Json>))
    if (response.description === 'Default Response') response.description = STATUS_CODES[status] ?? status;
}

function dropUnused(document: Json): void {
  const components = document.components as { schemas?: Json } | undefined;
  const schemas = components?.schemas;
  if (!schemas) return;
  const used = new Set<string>();
  const follow = (value: unknown) => {
    for (const [, name] of JSON.stringify(value).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (!name || used.has(name)) continue;
      used.add(name);
      follow(schemas[name] ?? null);
    }
  };
  follow(document.paths);
  for (const name of Object.keys(schemas)) if (!used.has(name)) delete schemas[name];
}
