import { STATUS_CODES } from 'node:http';

type Json = Record<string, unknown>;

interface Operation {
  parameters?: object[];
  responses?: Record<string, { description?: string }>;
}

/**
 * What the generators leave behind: `examples` and null types that OpenAPI 3.0 does not know, the bounds that zod
 * writes for every integer, "Default Response", and components that nothing refers to.
 */
export function tidyDocument(document: object): object {
  const tidy = JSON.parse(JSON.stringify(document), revive) as Json;
  for (const path of Object.values((tidy.paths ?? {}) as Json))
    for (const operation of Object.values(path as Json)) {
      describeResponses(operation as Operation);
      addHeaders(operation as Operation);
    }
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

function describeResponses({ responses = {} }: Operation): void {
  for (const [status, response] of Object.entries(responses))
    if (response.description === 'Default Response') response.description = STATUS_CODES[status] ?? status;
}

const headers: Record<string, object> = {
  IDEMPOTENCY_KEY_MISSING: {
    name: 'Idempotency-Key',
    description: 'Names this request: sent again with the same key, it is answered again and not done again.',
    schema: { type: 'string', minLength: 1, maxLength: 128, example: '8e03978e-40d5-43dd-bc93-6894a57f9324' },
  },
  PRECONDITION_REQUIRED: {
    name: 'If-Match',
    description: 'The ETag of what was read; when it has changed since, the answer is 412.',
    schema: { type: 'string', example: '"3"' },
  },
};

/** An operation that documents what it answers without a header needs that header. */
function addHeaders(operation: Operation): void {
  const codes = Object.values(operation.responses ?? {}).flatMap(({ description = '' }) =>
    description.split(', '),
  );
  for (const [code, header] of Object.entries(headers))
    if (codes.includes(code))
      operation.parameters = [...(operation.parameters ?? []), { in: 'header', required: true, ...header }];
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
