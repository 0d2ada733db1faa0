import type { Database } from '@msa-event-market/shared-sdk/db';
import { testTokens } from '@msa-event-market/shared-sdk/testing';
import { buildApp } from '../src/app.js';
import { loadConfig } from '../src/config.js';
import { someone, storeDatabase } from './shop.js';

interface Request {
  as?: { userId: string; role: 'user' | 'admin' } | undefined;
  body?: unknown;
  headers?: Record<string, string>;
}

/** The whole service on a database of its own, asked without a socket. */
export async function storeApp() {
  const database = await storeDatabase();
  const tokens = await testTokens();
  const service = await buildApp(
    loadConfig({
      DATABASE_URL: database.url,
      EVENTS_URL: database.eventsUrl,
      AUTH_ISSUER: tokens.issuer,
      AUTH_JWKS_URL: 'http://127.0.0.1:1/unused',
      HTTP_PORT: '0',
      GRPC_PORT: '0',
      ADMIN_PORT: '0',
      LOG_LEVEL: 'silent',
    }),
    { verifier: tokens.verifier },
  );
  const tokenOf = (as: NonNullable<Request['as']>) => tokens.token({ ...as, loginId: as.role });

  async function ask(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    url: string,
    { as, body, headers }: Request = {},
  ) {
    const response = await service.http.inject({
      method,
      url,
      headers: {
        ...(as && { authorization: `Bearer ${await tokenOf(as)}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { payload: JSON.stringify(body) }),
    });
    return {
      status: response.statusCode,
      headers: response.headers,
      // biome-ignore lint/suspicious/noExplicitAny: an answer is compared, not computed with
      body: (response.body ? response.json() : undefined) as any,
    };
  }

  return {
    db: database.db as Database,
    service,
    tokenOf,
    ask,
    owner: someone(),
    stranger: someone(),
    admin: someone('admin'),
    async stop() {
      await service.stop();
      await database.drop();
    },
  };
}

export type StoreApp = Awaited<ReturnType<typeof storeApp>>;
