import type { z } from 'zod';
import { AppError } from '../errors/index.js';

/**
 * A request as the method wants it, or INVALID_REQUEST with every wrong field. gRPC checks types only; ranges, shapes
 * and what must be there are the same rules as on the other edge, so use the same schemas.
 */
export function parseRequest<S extends z.ZodType>(schema: S, request: unknown): z.output<S> {
  const result = schema.safeParse(request);
  if (result.success) return result.data;
  const fields = result.error.issues.slice(0, 20).map(({ path, message }) => ({
    pointer: path.map((part) => `/${String(part)}`).join(''),
    detail: message,
  }));
  throw new AppError('INVALID_REQUEST', 'invalid', 'The request is not valid.', { fields });
}
