import { type CryptoKey, importJWK, type JSONWebKeySet } from 'jose';
import { z } from 'zod';

const curve = z.discriminatedUnion('crv', [
  z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), alg: z.literal('EdDSA'), x: z.string() }),
  z.object({
    kty: z.literal('EC'),
    crv: z.literal('P-256'),
    alg: z.literal('ES256'),
    x: z.string(),
    y: z.string(),
  }),
]);
const keySchema = z.intersection(curve, z.object({ kid: z.string().min(1), d: z.string().optional() }));

/**
 * A JWK set whose first key signs; the others are only published. To rotate without refusing anyone: add the new key
 * as the second, deploy, move it to the front, deploy, remove the old one when its last token has expired.
 */
export const keySet = z
  .object({ keys: z.array(keySchema).min(1) })
  .refine(({ keys }) => keys[0]?.d !== undefined, 'the first key must be a private one, since it signs')
  .refine(
    ({ keys }) => new Set(keys.map((key) => key.kid)).size === keys.length,
    'each key needs its own kid',
  );

export type KeySet = z.infer<typeof keySet>;

export interface SigningKeys {
  signing: { key: CryptoKey; kid: string; alg: string };
  /** What verifiers may see. */
  published: JSONWebKeySet;
}

export async function signingKeys({ keys }: KeySet): Promise<SigningKeys> {
  const first = keys[0] as KeySet['keys'][number];
  return {
    signing: { key: (await importJWK(first, first.alg)) as CryptoKey, kid: first.kid, alg: first.alg },
    published: { keys: keys.map(({ d: _private, ...open }) => ({ ...open, use: 'sig' })) },
  };
}
