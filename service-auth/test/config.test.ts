import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ConfigError } from '@msa-event-market/shared-sdk/config';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../src/config.js';
import { newKeySet } from './support/keys.js';

const environment = async (): Promise<Record<string, string>> => ({
  DATABASE_URL: 'postgres://auth@127.0.0.1/market',
  EVENTS_URL: 'postgres://auth_events@127.0.0.1/market',
  AUTH_ISSUER: 'http://127.0.0.1:8110',
  AUTH_JWKS_URL: 'http://127.0.0.1:8110/.well-known/jwks.json',
  JWT_KEYS: JSON.stringify(await newKeySet()),
});

describe('the service does not start', () => {
  test.each([
    ['without keys', { JWT_KEYS: '' }, /JWT_KEYS is missing/],
    ['with keys that are no JSON', { JWT_KEYS: 'secret' }, /JWT_KEYS must be a JWK set/],
    ['with a key set of nothing', { JWT_KEYS: '{"keys":[]}' }, /JWT_KEYS/],
    [
      'with tokens that are never valid',
      { ACCESS_TOKEN_SECONDS: '0' },
      /ACCESS_TOKEN_SECONDS must be a number/,
    ],
    ['with half a first admin', { ADMIN_LOGIN_ID: 'admin' }, /ADMIN_PASSWORD/],
    ['with the other half', { ADMIN_PASSWORD: 'an admin of sixteen letters' }, /ADMIN_LOGIN_ID/],
    [
      'with a first admin nobody could sign in as',
      { ADMIN_LOGIN_ID: 'a b', ADMIN_PASSWORD: 'x'.repeat(20) },
      /ADMIN_LOGIN_ID/,
    ],
    [
      'with a first admin whose password could not be sent',
      { ADMIN_LOGIN_ID: 'admin', ADMIN_PASSWORD: 'sixteen letters\tand a tab' },
      /ADMIN_PASSWORD must not hold control characters/,
    ],
    [
      'with a first admin whose password repeats itself',
      { ADMIN_LOGIN_ID: 'admin', ADMIN_PASSWORD: '1'.repeat(16) },
      /ADMIN_PASSWORD repeats the same characters/,
    ],
    [
      'with a first admin whose password is no secret',
      { ADMIN_LOGIN_ID: 'administrator-of-the-market', ADMIN_PASSWORD: 'Administrator-of-the-Market' },
      /ADMIN_PASSWORD must not be the login id/,
    ],
    [
      'with a first admin who could never change the password',
      { ADMIN_LOGIN_ID: 'admin', ADMIN_PASSWORD: 'a long one '.repeat(12) },
      /ADMIN_PASSWORD must have at most 128 characters/,
    ],
  ])('%s', async (_, wrong, message) => {
    const env = { ...(await environment()), ...wrong };
    expect(() => loadConfig(env)).toThrow(message);
  });
});

test('half a first admin is told together with what else is wrong', async () => {
  const env = { ...(await environment()), ADMIN_LOGIN_ID: 'admin', JWT_KEYS: 'secret', HTTP_PORT: 'many' };
  expect(() => loadConfig(env)).toThrow(
    expect.objectContaining({
      problems: [
        expect.stringMatching(/^HTTP_PORT /),
        expect.stringMatching(/^JWT_KEYS /),
        expect.stringMatching(/^ADMIN_PASSWORD is missing/),
      ],
    }),
  );
});

test('a weak password is told together with what else is wrong, and a good one beside a wrong login id is not', async () => {
  const wrong = { ...(await environment()), ADMIN_LOGIN_ID: 'a b', JWT_KEYS: 'secret' };
  const problemsWith = (ADMIN_PASSWORD: string) => {
    try {
      return loadConfig({ ...wrong, ADMIN_PASSWORD });
    } catch (error) {
      return (error as ConfigError).problems.map((line) => line.split(' ')[0]);
    }
  };
  expect(problemsWith('1'.repeat(16))).toEqual(['JWT_KEYS', 'ADMIN_LOGIN_ID', 'ADMIN_PASSWORD']);
  expect(problemsWith('an admin of sixteen letters')).toEqual(['JWT_KEYS', 'ADMIN_LOGIN_ID']);
});

test('a development password is refused in production', async () => {
  const env = { ADMIN_LOGIN_ID: 'admin', ADMIN_PASSWORD: 'development-password', NODE_ENV: 'production' };
  expect(() => loadConfig({ ...env, DATABASE_URL: '' })).toThrow(/ADMIN_PASSWORD is a development secret/);
});

test('a first admin may come in files', async () => {
  const file = path.join(await mkdtemp(path.join(tmpdir(), 'auth-config-')), 'password');
  const env = { ...(await environment()), ADMIN_LOGIN_ID: 'admin', ADMIN_PASSWORD_FILE: file };
  await writeFile(file, 'an admin of sixteen letters\n');
  expect(loadConfig(env)).toMatchObject({ ADMIN_PASSWORD: 'an admin of sixteen letters' });
  await writeFile(file, '');
  expect(() => loadConfig(env)).toThrow(/ADMIN_PASSWORD is missing/);
});

test('what is wrong with a key is said without showing it', async () => {
  const { keys } = await newKeySet();
  const env = {
    ...(await environment()),
    JWT_KEYS: JSON.stringify({ keys: [{ ...keys[0], alg: 'HS256' }] }),
  };
  expect(() => loadConfig(env)).toThrow(
    expect.not.objectContaining({ message: expect.stringContaining(keys[0].d ?? '') }),
  );
});

test('a session may be longer than a timer could wait', async () => {
  const env = { ...(await environment()), SESSION_SECONDS: String(90 * 86_400) };
  expect(loadConfig(env)).toMatchObject({ SESSION_SECONDS: 7_776_000 });
});

test('the rest has defaults', async () => {
  expect(loadConfig(await environment())).toMatchObject({ ACCESS_TOKEN_SECONDS: 300 });
});
