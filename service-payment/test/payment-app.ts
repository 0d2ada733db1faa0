import { randomUUID } from 'node:crypto';
import { testTokens } from '@msa-event-market/shared-sdk/testing';
import { buildApp, type Replaced } from '../src/app.js';
import { loadConfig } from '../src/config.js';
import { look, order, paymentDatabases, paymentProcess } from './payment-process.js';

export const webhookSecret = 'a secret for the tests only';

/** The service as production builds it, with tokens of the test, and payments that are really captured. */
export async function paymentApp(env: Record<string, string> = {}, replaced: Replaced = {}) {
  const databases = await paymentDatabases();
  const tokens = await testTokens();
  const config = loadConfig({
    DATABASE_URL: databases.url,
    EVENTS_URL: databases.eventsUrl,
    SANDBOX_DATABASE_URL: databases.sandbox.url,
    SANDBOX_WEBHOOK_SECRET: webhookSecret,
    AUTH_ISSUER: tokens.issuer,
    AUTH_JWKS_URL: `${tokens.issuer}/.well-known/jwks.json`,
    HTTP_PORT: '0',
    GRPC_PORT: '0',
    ADMIN_PORT: '0',
    LOG_LEVEL: 'silent',
    ...env,
  });
  const service = await buildApp(config, { verifier: tokens.verifier, ...replaced });
  const process = paymentProcess(databases);
  const adminId = randomUUID();

  return {
    databases,
    service,
    tokens,
    process,
    adminId,
    seen: look(databases),
    admin: await tokens.token({ role: 'admin', userId: adminId }),
    /** An order that is paid, with its payer. */
    async paid(amount = 100) {
      const o = order({ amount });
      await process.handle(o.requested());
      await process.handle(o.confirmed());
      const { id } = (await look(databases).payment(o.id)) as { id: string };
      return { ...o, id, orderId: o.id, order: o, payer: await tokens.token({ userId: o.userId }) };
    },
    async call(method: 'GET' | 'POST', url: string, { token, body, headers }: Request = {}) {
      const response = await service.http.inject({
        method,
        url,
        headers: { ...(token && { authorization: `Bearer ${token}` }), ...headers },
        ...(body !== undefined && { payload: body as object }),
      });
      return {
        status: response.statusCode,
        headers: response.headers,
        body: response.body && response.json(),
      };
    },
    async stop() {
      await service.stop();
      await databases.drop();
    },
  };
}

interface Request {
  token?: string;
  body?: unknown;
  headers?: Record<string, string>;
}
export type PaymentApp = Awaited<ReturnType<typeof paymentApp>>;

/** `body /amount`: where the fields are that a refusal names. */
export const wrongFields = ({ errors = [] }: { errors?: { in: string; pointer: string }[] }): string[] =>
  errors.map((field) => `${field.in} ${field.pointer}`);
