export { bearerToken, type Principal, type TokenVerifier } from './principal.js';
export { localVerifier, type VerifierOptions, verifier } from './verifier.js';
