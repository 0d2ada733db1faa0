import type { ConfigError } from '@msa-event-market/shared-sdk/config';
import { describe, expect, test } from 'vitest';
import { loadConfig, migratesSandbox } from '../src/config.js';

const environment = {
  DATABASE_URL: 'postgres://payment@127.0.0.1/market',
  EVENTS_URL: 'postgres://payment_events@127.0.0.1/market',
  SANDBOX_DATABASE_URL: 'postgres://sandbox@127.0.0.1/sandbox',
  AUTH_ISSUER: 'http://127.0.0.1:8110',
  AUTH_JWKS_URL: 'http://127.0.0.1:8110/.well-known/jwks.json',
};

function problemsOf(env: Record<string, string>): string[] {
  try {
    loadConfig(env);
  } catch (error) {
    return (error as ConfigError).problems;
  }
  return [];
}

describe('the service does not start', () => {
  test.each([
    ['without the book of the provider', { SANDBOX_DATABASE_URL: '' }, /SANDBOX_DATABASE_URL is missing/],
    ['with a book on something else than PostgreSQL', { SANDBOX_DATABASE_URL: 'http://x' }, /postgres:/],
    [
      'with a lease that ends while its holder may still be calling',
      { OPERATION_LEASE_SECONDS: '20', PROVIDER_TIMEOUT_SECONDS: '10' },
      /OPERATION_LEASE_SECONDS/,
    ],
    [
      'with an executor that never rests',
      { EXECUTE_DUE_SECONDS: '0' },
      /EXECUTE_DUE_SECONDS .* from 0.1 to 3600/,
    ],
    ['with a short webhook secret', { SANDBOX_WEBHOOK_SECRET: 'short' }, /SANDBOX_WEBHOOK_SECRET/],
  ])('%s', (_, wrong, message) => {
    expect(() => loadConfig({ ...environment, ...wrong })).toThrow(message);
  });
});

test('whatever is wrong is told at once, the lease beside what is missing', () => {
  const wrong = { OPERATION_LEASE_SECONDS: '20', PROVIDER_TIMEOUT_SECONDS: '10', MAX_OPEN_OPERATIONS: '0' };
  expect(problemsOf({ ...environment, ...wrong, SANDBOX_DATABASE_URL: '' })).toEqual([
    expect.stringMatching(/^SANDBOX_DATABASE_URL is missing/),
    expect.stringMatching(/^OPERATION_LEASE_SECONDS must be more than twice PROVIDER_TIMEOUT_SECONDS/),
    expect.stringMatching(/^MAX_OPEN_OPERATIONS must be a whole number of at least 1/),
  ]);
});

test.each([
  ['OPERATION_LEASE_SECONDS', 'soon'],
  ['PROVIDER_TIMEOUT_SECONDS', 'soon'],
])('nothing is compared with %s when that is no number', (name, value) => {
  expect(problemsOf({ ...environment, [name]: value })).toEqual([
    expect.stringMatching(`^${name} must be a number of seconds`),
  ]);
});

test('the rest has defaults', () => {
  expect(loadConfig(environment)).toMatchObject({
    PROVIDER_TIMEOUT_SECONDS: 10,
    OPERATION_LEASE_SECONDS: 30,
    MAX_OPEN_OPERATIONS: 1_000,
  });
});

test('the sandbox is migrated where its owner is known, and only there', () => {
  expect(migratesSandbox({})).toBe(false);
  expect(
    migratesSandbox({ SANDBOX_MIGRATE_DATABASE_URL: 'postgres://sandbox_owner@127.0.0.1/sandbox' }),
  ).toBe(true);
  expect(migratesSandbox({ SANDBOX_MIGRATE_DATABASE_URL_FILE: '/run/secrets/sandbox' })).toBe(true);
});
