import { exportJWK, generateKeyPair, type JWK } from 'jose';

/** A key set as JWT_KEYS holds it, with one new signing key. */
export async function newKeySet(kid = 'test-key'): Promise<{ keys: [JWK & { kid: string }] }> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  return { keys: [{ ...(await exportJWK(privateKey)), kid, alg: 'EdDSA' }] };
}
