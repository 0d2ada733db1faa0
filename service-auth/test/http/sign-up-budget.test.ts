import { grpcClient } from '@msa-event-market/shared-sdk/grpc';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Auth, contact, startAuth } from '../support/market.js';

let auth: Auth;
beforeAll(async () => {
  auth = await startAuth({ SIGN_UPS_PER_ADDRESS: '5' });
});
afterAll(() => auth.stop());

const person = (loginId: string) => ({ loginId, password: 'a long password', ...contact });
const signUp = (loginId: string, remoteAddress: string) =>
  auth.call('POST', '/v1/users', { body: person(loginId), remoteAddress });

test('of parallel sign-ups of one address, over all of its /64, as many get through as it may have', async () => {
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, n) => signUp(`swarm-${n}`, `2001:db8::${n}`)),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(5);
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused).toHaveLength(7);
  for (const { body, headers } of refused) {
    expect(body.code).toBe('TOO_MANY_ATTEMPTS');
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect(headers).toMatchObject({ 'ratelimit-limit': '5', 'ratelimit-remaining': '0' });
  }
  expect((await signUp('neighbour', '2001:db8:0:1::1')).status).toBe(201);
});

test('one that is refused for the login id counts too: its password was hashed', async () => {
  const answers = [];
  for (let n = 0; n < 6; n++) answers.push((await signUp('wanted', '192.0.2.1')).status);
  expect(answers).toEqual([201, 409, 409, 409, 409, 429]);
});

test('gRPC draws on the same budget, and signing in on another', async () => {
  for (let n = 0; n < 4; n++) await signUp(`rest-${n}`, '127.0.0.1');
  const { grpc } = await auth.service.start();
  const client = grpcClient('market.auth.v1.AuthService', grpc);
  const grace = { ...person('grace'), role: 'ROLE_UNSPECIFIED' } as const;
  expect(await client.CreateUser(grace)).toMatchObject({ user: { loginId: 'grace' } });
  await expect(client.CreateUser({ ...grace, loginId: 'ada' })).rejects.toMatchObject({
    code: 'TOO_MANY_ATTEMPTS',
    retryAfterSeconds: expect.any(Number),
  });
  expect((await auth.login('grace', 'a long password')).status).toBe(200);
  client.close();
});
