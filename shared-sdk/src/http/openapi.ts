import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import type { App } from './app.js';
import { tidyDocument } from './openapi-document.js';
import { problemResponse } from './problem.js';

export interface OpenApiInfo {
  title: string;
  description: string;
  version?: string;
}

/** The document at /v1/swagger/spec and Swagger UI at /v1/swagger, both from this process alone. */
export async function serveOpenApi(
  app: App,
  { title, description, version = '1.0.0' }: OpenApiInfo,
): Promise<void> {
  documentCommonErrors(app);
  await app.register(swagger, {
    openapi: {
      openapi: '3.0.3',
      info: { title, description, version },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
          basic: { type: 'http', scheme: 'basic' },
        },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
  await app.register(swaggerUi, {
    routePrefix: '/v1/swagger',
    transformSpecification: tidyDocument, // it has a document of its own, beside ours
    staticCSP: {
      'default-src': "'self'",
      'style-src': "'self' 'unsafe-inline'",
      'img-src': "'self' data:",
      'object-src': "'none'",
      'frame-ancestors': "'none'",
    },
  });
  app.get('/v1/swagger/spec', { schema: { hide: true } }, async (_request, reply) =>
    reply.type('application/json; charset=utf-8').send(JSON.stringify(tidyDocument(app.swagger()))),
  );
}

/** What any operation may answer need not be said at each. */
function documentCommonErrors(app: App): void {
  app.addHook('onRoute', ({ schema, config }) => {
    if (!schema || schema.hide) return;
    const common: Record<number, string[]> = {
      400: ['INVALID_REQUEST'],
      500: ['INTERNAL'],
      503: ['DATABASE_UNAVAILABLE'],
    };
    if (schema.body) {
      common[400]?.push('MALFORMED_JSON');
      common[413] = ['BODY_TOO_LARGE'];
      common[415] = ['UNSUPPORTED_MEDIA_TYPE'];
    }
    if (schema.security?.length) {
      common[401] = ['UNAUTHORIZED'];
      common[503]?.push('AUTH_UNAVAILABLE');
    }
    if (config?.rateLimit) common[429] = ['TOO_MANY_REQUESTS'];
    const response = (schema.response ?? {}) as Record<string, { description?: string }>;
    for (const [status, codes] of Object.entries(common)) {
      const said = response[status]?.description?.split(', ') ?? [];
      response[status] = problemResponse([...said, ...codes]);
    }
    schema.response = response;
  });
}
