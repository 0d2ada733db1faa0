import { writeFileSync } from 'node:fs';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';

// node dist/generate-keys.js <file>: writes a JWK set with one new signing key, readable by its owner only.
const file = process.argv[2];
if (!file) throw new Error('Give the file to write: node dist/generate-keys.js keys.json');

const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
const jwk = await exportJWK(privateKey);
const key = { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'EdDSA', use: 'sig' };
// `wx`: replacing the keys of a running market would refuse every token that is out.
writeFileSync(file, `${JSON.stringify({ keys: [key] }, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
