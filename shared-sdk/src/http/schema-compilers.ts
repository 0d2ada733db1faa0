import type { FastifySchemaCompiler } from 'fastify';
import type { z } from 'zod';
import { AppError, type FieldProblem } from '../errors/index.js';

const places: Record<string, NonNullable<FieldProblem['in']>> = {
  body: 'body',
  querystring: 'query',
  params: 'path',
  headers: 'header',
};

/** Validates with zod and names every wrong field, so that a form can mark all of them at once. */
export const validateWithZod: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart = 'body' }) => {
  const place = places[httpPart] ?? 'body';
  return (value) => {
    const result = schema.safeParse(value);
    if (result.success) return { value: result.data };
    const fields = result.error.issues.slice(0, 20).flatMap((issue) => fieldsOf(issue, place));
    return { error: new AppError('INVALID_REQUEST', 'invalid', 'The request is not valid.', { fields }) };
  };
};

function fieldsOf(issue: z.core.$ZodIssue, place: NonNullable<FieldProblem['in']>): FieldProblem[] {
  const pointer = issue.path.map((part) => `/${escapePointer(String(part))}`).join('');
  if (issue.code !== 'unrecognized_keys') return [{ in: place, pointer, detail: issue.message }];
  return issue.keys.slice(0, 20).map((key) => ({
    in: place,
    pointer: `${pointer}/${escapePointer(key.slice(0, 100))}`,
    detail: 'is not known',
  }));
}

const escapePointer = (part: string): string => part.replaceAll('~', '~0').replaceAll('/', '~1');
