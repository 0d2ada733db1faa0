import type { Routes } from '@msa-event-market/shared-sdk/http';
import type { JSONWebKeySet } from 'jose';
import { z } from 'zod';

const tags = ['keys'];
const keySet = z
  .object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string() })) })
  .meta({ id: 'KeySet' });
const issuerDocument = z
  .object({
    issuer: z.string(),
    jwks_uri: z.string(),
    id_token_signing_alg_values_supported: z.array(z.string()),
  })
  .meta({ id: 'Issuer' });

// Long enough to spare the requests, short enough that a key added before it signs is known in time.
const cached = { 'cache-control': 'public, max-age=300' };

/** What others need to verify our tokens without asking us about each. */
export const wellKnownRoutes =
  ({ issuer, published }: { issuer: string; published: JSONWebKeySet }): Routes =>
  (app) => {
    const keys = keySet.parse(published);
    const algorithms = [...new Set(published.keys.map((key) => key.alg ?? ''))];

    app.get(
      '/.well-known/jwks.json',
      {
        schema: {
          operationId: 'getKeys',
          summary: 'The public keys, those of a rotation under way among them',
          tags,
          security: [],
          response: { 200: keySet },
        },
      },
      async (_request, reply) => reply.headers(cached).send(keys),
    );

    // No OpenID provider, yet gateways find the keys of an issuer by this document.
    app.get(
      '/.well-known/openid-configuration',
      {
        schema: {
          operationId: 'getIssuer',
          summary: 'Where the keys of this issuer are',
          tags,
          security: [],
          response: { 200: issuerDocument },
        },
      },
      async (_request, reply) =>
        reply.headers(cached).send({
          issuer,
          jwks_uri: new URL('/.well-known/jwks.json', issuer).href,
          id_token_signing_alg_values_supported: algorithms,
        }),
    );
  };
