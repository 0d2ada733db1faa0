import { userEvents } from '@msa-event-market/shared-sdk/events';
import { outboxOf } from '@msa-event-market/shared-sdk/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sessionRepository } from '../../src/db/session-repository.js';
import { userRepository } from '../../src/db/user-repository.js';
import type { Users } from '../../src/use-cases/ports.js';
import { authDatabase } from '../support/database.js';
import { somebody } from '../support/people.js';

let database: Awaited<ReturnType<typeof authDatabase>>;
let users: Users;

beforeAll(async () => {
  database = await authDatabase();
  users = userRepository(database.db);
});
afterAll(() => database.drop());

const code = (value: string) => expect.objectContaining({ code: value });
const eventsOf = async (id: string) =>
  (await outboxOf(database.db))
    .filter((event) => event.key === id)
    .map(({ type, version }) => [type, version]);
const makeAdmin = () => users.add(somebody({ role: 'admin' }), 'hash');

describe('adding a user', () => {
  test('refuses a login id that differs in case only, and writes no event', async () => {
    const alice = await users.add(somebody({ loginId: 'Alice' }), 'hash');
    const imposter = somebody({ loginId: 'aLICE' });
    await expect(users.add(imposter, 'hash')).rejects.toEqual(code('CONFLICT_USER'));
    expect(await eventsOf(imposter.id)).toEqual([]);
    expect(alice.loginId).toBe('Alice');
  });

  test('lets one of many parallel sign-ups with a login id win', async () => {
    const answers = await Promise.allSettled(
      Array.from({ length: 10 }, () => users.add(somebody({ loginId: 'popular' }), 'hash')),
    );
    expect(answers.filter((answer) => answer.status === 'fulfilled')).toHaveLength(1);
  });
});

describe('changing a user', () => {
  test('writes nothing when the rule throws', async () => {
    const { id } = await users.add(somebody(), 'hash');
    const refusing = users.change(id, () => {
      throw new Error('no');
    });
    await expect(refusing).rejects.toThrow('no');
    expect(await eventsOf(id)).toEqual([['UserCreated', 1]]);
  });

  test('numbers the events of a user without gaps, however many changes run at once', async () => {
    const { id } = await users.add(somebody(), 'hash');
    await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        users.change(id, (user) => ({
          next: { ...user, phone: `010-0000-00${n}`, version: user.version + 1 },
        })),
      ),
    );
    expect((await users.get(id)).version).toBe(13);
    const versions = (await eventsOf(id)).map(([, version]) => Number(version));
    expect(versions.sort((a, b) => a - b)).toEqual(Array.from({ length: 13 }, (_, n) => n + 1));
  });

  test('keeps the password hash unless there is a new one', async () => {
    const { id, loginId } = await users.add(somebody(), 'first');
    await users.change(id, (user) => ({ next: { ...user, version: 2 } }));
    expect(await users.credentialsOf(loginId)).toEqual({ userId: id, passwordHash: 'first' });
    await users.change(id, (user) => ({ next: { ...user, version: 3, passwordHash: 'second' } }));
    expect(await users.credentialsOf(loginId)).toEqual({ userId: id, passwordHash: 'second' });
  });
});

describe('removing a user', () => {
  test('leaves a tombstone without personal data, and the login id stays taken', async () => {
    const { id, loginId } = await users.add(somebody(), 'hash');
    await users.remove(id);
    const { rows } = await database.db.query<object>({
      text: 'SELECT phone, email, password_hash, version FROM users WHERE id = $1',
      values: [id],
    });
    expect(rows).toEqual([{ phone: null, email: null, password_hash: null, version: 2 }]);
    await expect(users.get(id)).rejects.toEqual(code('NOT_FOUND_USER'));
    await expect(users.remove(id)).rejects.toEqual(code('NOT_FOUND_USER'));
    await expect(users.add(somebody({ loginId }), 'hash')).rejects.toEqual(code('CONFLICT_USER'));
    expect(await users.credentialsOf(loginId)).toBeUndefined();
    expect(await eventsOf(id)).toEqual([
      ['UserCreated', 1],
      ['UserDeleted', 2],
    ]);
  });

  test('ends the sessions', async () => {
    const { id } = await users.add(somebody(), 'hash');
    const sessions = sessionRepository(database.db, { refreshTokenSeconds: 60, sessionSeconds: 60 });
    const token = Buffer.from('a token of a user to be removed');
    await sessions.open({ userId: id, passwordHash: 'hash' }, token);
    await users.remove(id);
    expect(await sessions.rotate(token, Buffer.from('next'))).toEqual({ outcome: 'refused' });
  });
});

describe('with two admins', () => {
  test('both cannot remove each other at once, nor both step down', async () => {
    for (const away of [
      (id: string) => users.remove(id),
      (id: string) =>
        users.change(id, (user) => ({ next: { ...user, role: 'user', version: user.version + 1 } })),
    ]) {
      await database.admin.query({ text: `UPDATE auth.users SET role = 'user'` });
      const admins = [await makeAdmin(), await makeAdmin()];
      const answers = await Promise.allSettled(admins.map(({ id }) => away(id)));
      expect(answers.map((answer) => answer.status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(answers.find((answer) => answer.status === 'rejected')).toMatchObject({
        reason: code('LAST_ADMIN'),
      });
      expect(await users.hasAdmin()).toBe(true);
    }
  });
});

describe('with three admins', () => {
  test('of two who remove each other at once one succeeds, and the other was none any more', async () => {
    for (let round = 0; round < 10; round++) {
      const admins = [await makeAdmin(), await makeAdmin(), await makeAdmin()];
      const [one, other] = admins.map(({ id }) => id) as [string, string, string];
      const answers = await Promise.allSettled([users.remove(one, other), users.remove(other, one)]);
      expect(answers.filter((answer) => answer.status === 'fulfilled')).toHaveLength(1);
      expect(answers).toContainEqual({ status: 'rejected', reason: code('FORBIDDEN') });
    }
  });

  test('one who is being made a user makes no other admin after that', async () => {
    for (let round = 0; round < 10; round++) {
      const [admin, one] = [await makeAdmin(), await makeAdmin()];
      const [demotion, promotion] = await Promise.allSettled([
        users.change(one.id, (user) => ({ next: { ...user, role: 'user', version: 2 } }), admin.id),
        users.add(somebody({ role: 'admin' }), 'hash', one.id),
      ]);
      expect(demotion.status).toBe('fulfilled');
      if (promotion.status === 'rejected') expect(promotion.reason).toEqual(code('FORBIDDEN'));
      await expect(users.add(somebody({ role: 'admin' }), 'hash', one.id)).rejects.toEqual(code('FORBIDDEN'));
    }
  });
});

describe('the first admin', () => {
  test('is made once, however many replicas start at once', async () => {
    await database.admin.query({ text: `UPDATE auth.users SET role = 'user'` });
    const made = await Promise.all(
      Array.from({ length: 5 }, () =>
        users.addFirstAdmin(somebody({ loginId: 'root', role: 'admin' }), 'hash'),
      ),
    );
    expect(made.filter(Boolean)).toHaveLength(1);
    const another = somebody({ loginId: 'root-2', role: 'admin' });
    expect(await users.addFirstAdmin(another, 'hash')).toBeUndefined();
  });

  test('cannot take the name of somebody who is there', async () => {
    await database.admin.query({ text: `UPDATE auth.users SET role = 'user'` });
    const admin = somebody({ loginId: 'ROOT', role: 'admin' });
    await expect(users.addFirstAdmin(admin, 'hash')).rejects.toEqual(code('CONFLICT_USER'));
  });
});

test('every event fits its published schema', async () => {
  for (const event of await outboxOf(database.db)) {
    const schema = userEvents.types[event.type as keyof typeof userEvents.types];
    expect(schema.parse(event.payload)).toEqual(event.payload);
  }
});
