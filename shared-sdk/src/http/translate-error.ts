import { isTransient } from '../db/index.js';
import { AppError } from '../errors/index.js';

/** Whatever a request ended with, as the one error that edges know. What is unknown stays unknown: a 500. */
export function translateError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (isTransient(error))
    return new AppError('DATABASE_UNAVAILABLE', 'transient', 'The database does not answer.', {
      cause: error,
      retryAfterSeconds: 1,
    });
  return frameworkError(error) ?? new AppError('INTERNAL', 'internal', messageOf(error), { cause: error });
}

/** Fastify's refusals before a handler runs. Its messages name parsers and headers, so ours are our own. */
function frameworkError(error: unknown): AppError | undefined {
  const { code, statusCode } = (error ?? {}) as { code?: string; statusCode?: number };
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new AppError('BODY_TOO_LARGE', 'too_large', 'The body may have at most 64 KiB.');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return unsupportedMedia('The body must be application/json in UTF-8, without a content encoding.');
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return malformedJson(error);
  }
  // Only the framework's own: a 4xx that another library put on its error is not ours to hand on.
  if (code?.startsWith('FST_ERR_') && statusCode && statusCode >= 400 && statusCode < 500)
    return new AppError('INVALID_REQUEST', 'invalid', 'The request cannot be read.', { cause: error });
  return undefined;
}

export const unsupportedMedia = (message: string) =>
  new AppError('UNSUPPORTED_MEDIA_TYPE', 'unsupported_media', message);

export const malformedJson = (cause?: unknown) =>
  new AppError('MALFORMED_JSON', 'invalid', 'The body is not valid JSON in UTF-8.', { cause });

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : 'something that is no error';
