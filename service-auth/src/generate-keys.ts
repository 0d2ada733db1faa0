import { randomUUID } from 'node:crypto';
import { linkSync, rmSync, writeFileSync } from 'node:fs';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';

// node dist/generate-keys.js <file>: writes a JWK set with one new signing key, readable by its owner only.
const file = process.argv[2];
if (!file) throw new Error('Give the file to write: node dist/generate-keys.js keys.json');

const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
const jwk = await exportJWK(privateKey);
const key = { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'EdDSA', use: 'sig' };
// A link is made whole or not at all, and never over a file: a half one would keep a market from starting, and replacing
// the keys of a running one would refuse every token that is out.
const draft = `${file}.${randomUUID()}`;
try {
  writeFileSync(draft, `${JSON.stringify({ keys: [key] }, null, 2)}\n`, {
    mode: 0o600,
    flag: 'wx',
    flush: true,
  });
  linkSync(draft, file);
} finally {
  rmSync(draft, { force: true });
}
