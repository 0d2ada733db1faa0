import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { AppError } from '../errors/index.js';

export interface KeySource {
  getKey: JWTVerifyGetKey;
  /** Changes whenever the set of keys does: what was verified with a key that is gone must be verified again. */
  revision(): number;
}

export interface RemoteKeysOptions {
  url: string;
  /** A set older than this is asked for again, behind the back of the request that noticed. */
  freshMs?: number;
  /** A set older than this is not used any more, even when no newer one can be had. */
  staleMs?: number;
  /** An unknown key asks for the set again, but not more often than this. */
  cooldownMs?: number;
  timeoutMs?: number;
}

/**
 * The keys behind an address, fetched when first needed. While the issuer is down, the keys known keep working: it
 * must not be able to stop every other service.
 */
export function remoteKeys({
  url,
  freshMs = 600_000,
  staleMs = 3_600_000,
  cooldownMs = 10_000,
  timeoutMs = 3000,
}: RemoteKeysOptions): KeySource {
  let known: { text: string; getKey: JWTVerifyGetKey; at: number } | undefined;
  let asked = Number.NEGATIVE_INFINITY;
  let failure: unknown;
  let fetching: Promise<void> | undefined;
  let revision = 0;

  const age = (): number => (known ? performance.now() - known.at : Number.POSITIVE_INFINITY);

  async function load(): Promise<void> {
    asked = performance.now();
    try {
      const keys = await fetchKeys(url, timeoutMs);
      const text = JSON.stringify(keys);
      if (text !== known?.text) revision += 1;
      known = { text, getKey: createLocalJWKSet(keys), at: performance.now() };
      failure = undefined;
    } catch (error) {
      failure = error;
    }
  }

  function refresh(): Promise<void> {
    fetching ??= load().finally(() => {
      fetching = undefined;
    });
    return fetching;
  }

  // An issuer that fails is asked again soon, yet not by every request that comes meanwhile.
  const mayAsk = (): boolean => {
    const pause = failure === undefined ? cooldownMs : Math.min(1000, cooldownMs);
    return fetching !== undefined || performance.now() - asked > pause;
  };

  const unavailable = () =>
    new AppError('AUTH_UNAVAILABLE', 'unavailable', 'The keys of the issuer cannot be read.', {
      cause: failure,
      retryAfterSeconds: 1,
    });

  async function current(): Promise<JWTVerifyGetKey> {
    if (age() > staleMs && mayAsk()) await refresh();
    if (!known || age() > staleMs) throw unavailable();
    if (age() > freshMs && mayAsk()) void refresh();
    return known.getKey;
  }

  return {
    revision: () => revision,
    async getKey(header, token) {
      const before = await current();
      try {
        return await before(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        if (mayAsk()) await refresh();
        // The key may be one that we could not learn of: that is no reason to call the token forged.
        if (failure !== undefined) throw unavailable();
        return (await current())(header, token);
      }
    },
  };
}

async function fetchKeys(url: string, timeoutMs: number): Promise<JSONWebKeySet> {
  const response = await fetch(url, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return (await response.json()) as JSONWebKeySet;
}
