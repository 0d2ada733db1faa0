import type { TestDatabase } from '@msa-event-market/shared-sdk/testing';
import type { InjectOptions } from 'fastify';
import type { JWK } from 'jose';
import { expect } from 'vitest';
import { buildApp } from '../../src/app.js';
import { loadConfig } from '../../src/config.js';
import { authDatabase } from './database.js';
import { newKeySet } from './keys.js';

export const issuer = 'http://auth.test';
export const admin = { loginId: 'admin', password: 'an admin of sixteen letters' };

type Method = NonNullable<InjectOptions['method']>;
export interface Call extends Pick<InjectOptions, 'headers' | 'remoteAddress'> {
  token?: string | undefined;
  body?: unknown;
}

export interface Answer {
  status: number;
  headers: Record<string, string | undefined>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into many shapes
  body: any;
}

/** The service as production builds it, on a database of its own, asked through `inject`. */
export async function startAuth(environment: Record<string, string> = {}) {
  const database: TestDatabase = await authDatabase();
  const keys = await newKeySet();
  const service = await buildApp(
    loadConfig({
      DATABASE_URL: database.url,
      EVENTS_URL: database.eventsUrl,
      AUTH_ISSUER: issuer,
      AUTH_JWKS_URL: `${issuer}/.well-known/jwks.json`,
      JWT_KEYS: JSON.stringify(keys),
      ADMIN_LOGIN_ID: admin.loginId,
      ADMIN_PASSWORD: admin.password,
      LOG_LEVEL: 'silent',
      HTTP_PORT: '0',
      GRPC_PORT: '0',
      ADMIN_PORT: '0',
      ...environment,
    }),
  );

  await service.health.ready(); // makes the first admin

  async function call(method: Method, url: string, { token, body, headers, remoteAddress }: Call = {}) {
    const answer = await service.http.inject({
      method,
      url,
      headers: { ...(token && { authorization: `Bearer ${token}` }), ...headers },
      ...(remoteAddress && { remoteAddress }),
      ...(body !== undefined && { payload: body as object }),
    });
    const json = answer.headers['content-type']?.toString().includes('json');
    const result = {
      status: answer.statusCode,
      headers: answer.headers,
      body: json ? answer.json() : answer.body,
    };
    return result as Answer;
  }

  const login = (loginId: string, password: string, rest: Call = {}) =>
    call('POST', '/v1/tokens/login', {
      ...rest,
      headers: { authorization: `Basic ${Buffer.from(`${loginId}:${password}`).toString('base64')}` },
    });

  let count = 0;
  /** Signs somebody new up and in; an admin's token may make another admin. */
  async function newcomer({ role, token }: { role?: string; token?: string } = {}) {
    const person = { loginId: `newcomer-${++count}`, password: `a password for ${count}` };
    const signedUp = await call('POST', '/v1/users', { token, body: { ...contact, ...person, role } });
    const tokens = (await login(person.loginId, person.password)).body;
    return {
      ...person,
      id: signedUp.body.id as string,
      etag: signedUp.headers.etag as string,
      access: tokens.accessToken.token as string,
      refresh: tokens.refreshToken.token as string,
    };
  }

  const adminToken = async () =>
    (await login(admin.loginId, admin.password)).body.accessToken.token as string;

  return {
    call,
    login,
    newcomer,
    adminToken,
    /** Another admin. */
    deputy: async () => newcomer({ role: 'admin', token: await adminToken() }),
    /** All that requests leave behind, but for counts of attempts: to see that one left nothing. */
    written: async () => (await database.db.query<object>({ text: everything })).rows[0],
    refresh: (refreshToken: string) => call('POST', '/v1/tokens/refresh', { body: { refreshToken } }),
    service,
    database,
    signingKey: keys.keys[0] as JWK & { kid: string },
    async stop() {
      await service.stop();
      await database.drop();
    },
  };
}

const everything = `SELECT
  (SELECT json_agg(u ORDER BY id) FROM users u) AS users,
  (SELECT json_agg(s ORDER BY id) FROM sessions s) AS sessions,
  (SELECT json_agg(t ORDER BY hash) FROM refresh_tokens t) AS "refreshTokens",
  (SELECT count(*) FROM outbox) AS events`;

/** Expects that a malformed request is told the fields that are wrong, and leaves nothing behind. */
export async function expectRefused(auth: Auth, ask: () => Promise<Answer>, ...pointers: string[]) {
  const before = await auth.written();
  const { status, body } = await ask();
  expect(status).toBe(400);
  const told = body.errors.map(({ pointer }: { pointer: string }) => pointer);
  expect(new Set(told)).toEqual(new Set(pointers));
  expect(await auth.written()).toEqual(before);
}

export type Auth = Awaited<ReturnType<typeof startAuth>>;

export const contact = { phone: '010-1234-5678', email: 'somebody@example.com' };

/** What a problem says, without what differs from call to call. */
export const told = ({ status, body }: Answer) => {
  const { traceId: _, ...rest } = body;
  return { status, ...rest };
};
