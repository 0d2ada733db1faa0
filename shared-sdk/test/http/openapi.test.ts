import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openShop } from './shop.js';

// biome-ignore lint/suspicious/noExplicitAny: a document of many shapes
type Document = any;

let shop: Awaited<ReturnType<typeof openShop>>;
let document: Document;
beforeAll(async () => {
  shop = await openShop();
  document = await (await shop.send('/v1/swagger/spec')).json();
});
afterAll(() => shop.close());

const statuses = (path: string, method: string) => Object.keys(document.paths[path][method].responses);

describe('the OpenAPI document', () => {
  it('is of version 3.0.3 and hides what is not the service', () => {
    expect(document.openapi).toBe('3.0.3');
    expect(Object.keys(document.paths)).not.toContain('/healthz');
    expect(Object.keys(document.paths).some((path) => path.includes('swagger'))).toBe(false);
  });

  it('names every error of an operation, its own and those that any may answer', () => {
    expect(statuses('/v1/products', 'post')).toEqual(['201', '400', '409', '413', '415', '500', '503']);
    expect(document.paths['/v1/products'].post.responses['409'].description).toBe('CONFLICT_PRODUCT');
    expect(statuses('/v1/orders/{id}/cancel', 'post')).toEqual(['400', '401', '404', '500', '503']);
    expect(document.paths['/v1/orders/{id}/cancel'].post.responses['404'].content).toEqual({
      'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
    });
  });

  it('says nothing of a body or a query where none is asked for', () => {
    expect(document.paths['/v1/orders/{id}/cancel'].post).not.toHaveProperty('requestBody');
    expect(document.paths['/v1/hot'].get.parameters ?? []).toEqual([]);
  });

  it('says which operations need a token', () => {
    expect(document.paths['/v1/orders'].post.security).toEqual([{ bearer: [] }]);
    expect(document.paths['/v1/products'].post.security).toBeUndefined();
    expect(document.components.securitySchemes.bearer).toMatchObject({ scheme: 'bearer' });
  });

  it('asks for the header without which an operation refuses', () => {
    const required = (path: string, method: string) =>
      document.paths[path][method].parameters
        ?.filter((parameter: Document) => parameter.in === 'header' && parameter.required)
        .map((parameter: Document) => parameter.name);
    expect(required('/v1/orders', 'post')).toEqual(['Idempotency-Key']);
    expect(required('/v1/products/{id}', 'put')).toEqual(['If-Match']);
    expect(required('/v1/products/{id}', 'get')).toEqual([]);
  });

  it('describes queries as the numbers they are, and bodies as closed', () => {
    expect(document.paths['/v1/products'].get.parameters).toContainEqual({
      in: 'query',
      name: 'limit',
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: 100 },
    });
    const body = document.paths['/v1/products'].post.requestBody.content['application/json'];
    expect(body.schema.additionalProperties).toBe(false);
    expect(body.example).toMatchObject({ name: 'Tea' });
  });

  it('uses no word that OpenAPI 3.0 does not know, and refers to nothing that is not there', () => {
    const text = JSON.stringify(document);
    expect(text).not.toMatch(
      /"examples":\[|"\$schema"|"const"|"type":"null"|"type":\[|9007199254740991.*9007199254740991/,
    );
    for (const [, name] of text.matchAll(/#\/components\/schemas\/([^"]+)/g))
      expect(document.components.schemas).toHaveProperty([name as string]);
    expect(Object.keys(document.components.schemas).sort()).toEqual(['Money', 'MoneyInput', 'Problem']);
  });
});

describe('Swagger UI', () => {
  it('works without any other host', async () => {
    const html = await (await shop.send('/v1/swagger/')).text();
    const assets = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, asset]) => asset as string);
    expect(assets.length).toBeGreaterThan(3);
    for (const asset of assets) {
      const response = await fetch(new URL(asset, `${shop.url}/v1/swagger/`));
      expect([asset, response.status]).toEqual([asset, 200]);
      expect(response.url.startsWith(shop.url)).toBe(true);
    }
  });

  it('shows the same document', async () => {
    const initializer = await (await shop.send('/v1/swagger/static/swagger-initializer.js')).text();
    const url = /url: resolveUrl\('\.\/([^']+)'\)/.exec(initializer)?.[1];
    expect(await (await shop.send(`/v1/swagger/${url}`)).json()).toEqual(document);
  });

  it('allows no script from elsewhere', async () => {
    const response = await shop.send('/v1/swagger/');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'self'");
  });
});
