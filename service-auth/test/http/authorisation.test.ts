import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Auth, contact, startAuth } from '../support/market.js';

let auth: Auth;
beforeAll(async () => {
  auth = await startAuth();
});
afterAll(() => auth.stop());

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
type Person = Awaited<ReturnType<Auth['newcomer']>>;
interface Operation {
  operationId: string;
  security?: Record<string, string[]>[];
}

const open = (status: number) => ({ anonymous: status, user: status, admin: status });
const signedIn = (status: number) => ({ ...open(status), anonymous: 401 });
const adminOnly = (status: number) => ({ anonymous: 401, user: 403, admin: status });

/** What each operation of the document answers to whom; `user` is another one than the account is about. */
const answers: Record<string, ReturnType<typeof open>> = {
  createUser: open(201),
  listUsers: adminOnly(200),
  getUser: adminOnly(200),
  updateUser: adminOnly(200),
  deleteUser: adminOnly(204),
  getMe: signedIn(200),
  updateMe: signedIn(200),
  deleteMe: signedIn(204),
  loginToken: open(401), // asks for a password and no token, whoever comes
  refreshToken: open(200),
  getKeys: open(200),
  getIssuer: open(200),
};

const bodies: Record<string, (about: Person) => object> = {
  createUser: ({ loginId }) => ({ loginId: `${loginId}.x`, password: 'a long password', ...contact }),
  updateUser: () => ({ role: 'user', ...contact }),
  updateMe: () => contact,
  refreshToken: ({ refresh }) => ({ refreshToken: refresh }),
};

async function documented() {
  const { paths } = (await auth.call('GET', '/v1/swagger/spec')).body;
  return Object.entries<Record<string, Operation>>(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      path,
      method: method.toUpperCase() as Method,
      ...operation,
    })),
  );
}

test.each<[who: keyof ReturnType<typeof open>, signIn: () => Promise<string | undefined>]>([
  ['anonymous', async () => undefined],
  ['user', async () => (await auth.newcomer()).access],
  ['admin', async () => (await auth.deputy()).access],
])('every operation of the document answers as it should to %s', async (who, signIn) => {
  const found: Record<string, number> = {};
  for (const { operationId, method, path } of await documented()) {
    const about = await auth.newcomer();
    const { status, body } = await auth.call(method, path.replace('{id}', about.id), {
      token: await signIn(),
      body: bodies[operationId]?.(about),
      headers: { 'if-match': '"1"' },
    });
    found[operationId] = status;
    expect(body?.code).toBe({ 401: 'UNAUTHORIZED', 403: 'FORBIDDEN' }[status as 401]);
  }
  const expected = Object.fromEntries(Object.entries(answers).map(([id, answer]) => [id, answer[who]]));
  expect(found).toEqual(expected);
});

test('the document says of each operation whether it asks who is there', async () => {
  for (const { operationId, security = [] } of await documented()) {
    const asks = security.length > 0 && !security.some((scheme) => Object.keys(scheme).length === 0);
    expect([operationId, asks]).toEqual([operationId, answers[operationId]?.anonymous === 401]);
  }
});
