import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, type Auth, contact, startAuth } from '../support/market.js';

let auth: Auth;
let adminToken: string;
beforeAll(async () => {
  auth = await startAuth();
  adminToken = await auth.adminToken();
});
afterAll(() => auth.stop());

type Person = Awaited<ReturnType<Auth['newcomer']>>;
const user = { role: 'user', ...contact };
const put = (token: string, { id, etag }: { id: string; etag: string }, body: unknown) =>
  auth.call('PUT', `/v1/users/${id}`, { token, body, headers: { 'if-match': etag } });

describe.each([
  ['was made a user', (admin: Person) => put(adminToken, admin, user)],
  ['was deleted', ({ id }: Person) => auth.call('DELETE', `/v1/users/${id}`, { token: adminToken })],
])('an admin who %s, with the token that still calls them one', (_, end) => {
  let former: Person;
  let somebody: Person;
  beforeAll(async () => {
    former = await auth.deputy();
    somebody = await auth.newcomer();
    expect((await end(former)).status).toBeLessThan(300);
    former.etag = '"2"';
  });

  test.each<[string, () => Promise<Answer>]>([
    ['become an admin again', () => put(former.access, former, { ...user, role: 'admin' })],
    ['make another admin', () => put(former.access, somebody, { ...user, role: 'admin' })],
    ['change somebody', () => put(former.access, somebody, { ...user, phone: '010-6666-6666' })],
    ['replace a password', () => put(former.access, somebody, { ...user, password: 'known to the former' })],
    ['delete somebody', () => auth.call('DELETE', `/v1/users/${somebody.id}`, { token: former.access })],
    [
      'sign an admin up',
      () =>
        auth.call('POST', '/v1/users', {
          token: former.access,
          body: { loginId: 'accomplice', password: 'a way back in', ...contact, role: 'admin' },
        }),
    ],
  ])('cannot %s', async (_, ask) => {
    const before = await auth.written();
    expect(await ask()).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    expect(await auth.written()).toEqual(before);
  });
});
