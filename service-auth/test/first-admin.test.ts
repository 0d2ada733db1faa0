import { createLogger } from '@msa-event-market/shared-sdk/logging';
import { outboxOf } from '@msa-event-market/shared-sdk/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { passwordHasher } from '../src/crypto/password-hasher.js';
import { userRepository } from '../src/db/user-repository.js';
import { ensureFirstAdmin } from '../src/use-cases/ensure-first-admin.js';
import { authDatabase } from './support/database.js';

let database: Awaited<ReturnType<typeof authDatabase>>;
beforeAll(async () => {
  database = await authDatabase();
});
afterAll(() => database.drop());

const lines: object[] = [];
const ensure = async (loginId: string, password: string) =>
  ensureFirstAdmin(
    {
      users: userRepository(database.db),
      passwords: await passwordHasher({ atOnce: 2, waiting: 10 }),
      log: createLogger({ name: 'auth', output: { write: (line) => void lines.push(JSON.parse(line)) } }),
    },
    { loginId, password },
  );

test('several replicas that start at once make one admin, and a restart makes no other', async () => {
  const replicas = await Promise.all(
    Array.from({ length: 5 }, () => ensure('root', 'an admin of sixteen letters')),
  );
  await Promise.all(replicas.map((makeAdmin) => makeAdmin()));
  await (await ensure('another', 'an admin of sixteen letters'))();
  const events = await outboxOf(database.db);
  expect(events.map(({ type, payload }) => [type, payload])).toMatchObject([
    ['UserCreated', { role: 'admin' }],
  ]);
});

test('a login id that somebody has is not taken over, and the log says once what to do', async () => {
  await database.admin.query({ text: `UPDATE auth.users SET role = 'user'` });
  const makeAdmin = await ensure('ROOT', 'an admin of sixteen letters');
  for (let asked = 0; asked < 3; asked += 1)
    await expect(makeAdmin()).rejects.toMatchObject({ code: 'CONFLICT_USER' });
  expect(lines).toMatchObject([
    { level: 'error', code: 'CONFLICT_USER', msg: expect.stringContaining('ADMIN_LOGIN_ID') },
  ]);
});
