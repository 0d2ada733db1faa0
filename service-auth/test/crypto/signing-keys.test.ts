import { exportJWK, generateKeyPair } from 'jose';
import { describe, expect, test } from 'vitest';
import { keySet, signingKeys } from '../../src/crypto/signing-keys.js';

async function newKey(kid: string, alg: 'EdDSA' | 'ES256' = 'EdDSA') {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, alg };
}
const secretKey = { kty: 'oct', k: 'c2VjcmV0', kid: 'a', alg: 'HS256' };

describe('a key set is refused', () => {
  test.each([
    ['without keys', async () => []],
    ['whose first key cannot sign', async () => [{ ...(await newKey('a')), d: undefined }]],
    ['with a shared secret in it', async () => [await newKey('b'), secretKey]],
    ['that names two keys alike', async () => [await newKey('a'), await newKey('a')]],
    ['with a key of no name', async () => [{ ...(await newKey('a')), kid: undefined }]],
    ['whose algorithm does not fit the curve', async () => [{ ...(await newKey('a')), alg: 'ES256' }]],
  ])('%s', async (_, keys) => {
    expect(keySet.safeParse({ keys: await keys() }).success).toBe(false);
  });
});

test('private parts are never published', async () => {
  const set = keySet.parse({ keys: [await newKey('a'), await newKey('b', 'ES256')] });
  const { published } = await signingKeys(set);
  expect(published.keys.map((key) => key.kid)).toEqual(['a', 'b']);
  for (const key of published.keys) expect(key).not.toHaveProperty('d');
});

test('the first key signs, of either algorithm', async () => {
  const set = keySet.parse({ keys: [await newKey('b', 'ES256'), await newKey('a')] });
  expect((await signingKeys(set)).signing).toMatchObject({ kid: 'b', alg: 'ES256' });
});
