import { afterAll, beforeAll, expect, test } from 'vitest';
import { newKeySet } from '../support/keys.js';
import { type Auth, issuer, startAuth } from '../support/market.js';

let auth: Auth;
let previous: Awaited<ReturnType<typeof newKeySet>>;
beforeAll(async () => {
  previous = await newKeySet('previous');
  const current = await newKeySet('current');
  auth = await startAuth({ JWT_KEYS: JSON.stringify({ keys: [...current.keys, ...previous.keys] }) });
});
afterAll(() => auth.stop());

test('keys are published with those of a rotation under way, without what signs', async () => {
  const { status, headers, body } = await auth.call('GET', '/.well-known/jwks.json');
  expect(status).toBe(200);
  expect(headers['cache-control']).toBe('public, max-age=300');
  expect(body.keys.map((key: { kid: string }) => key.kid)).toEqual(['current', 'previous']);
  for (const key of body.keys) {
    expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
    expect(key).toMatchObject({ alg: 'EdDSA', use: 'sig' });
  }
});

test('the issuer says where its keys are', async () => {
  const { body } = await auth.call('GET', '/.well-known/openid-configuration');
  expect(body).toEqual({
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    id_token_signing_alg_values_supported: ['EdDSA'],
  });
});

test('every operation is documented: its name, its purpose, who may, and what it answers', async () => {
  const { body } = await auth.call('GET', '/v1/swagger/spec');
  const operations = Object.values<Record<string, unknown>>(body.paths).flatMap((path) =>
    Object.values(path),
  );
  expect(operations.length).toBe(12);
  for (const operation of operations) {
    expect(operation).toMatchObject({
      operationId: expect.any(String),
      summary: expect.any(String),
      tags: [expect.any(String)],
      security: expect.any(Array),
    });
  }
});
