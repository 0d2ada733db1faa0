import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { forgetOld } from '../../src/db/forget-old.js';
import { sessionRepository } from '../../src/db/session-repository.js';
import { userRepository } from '../../src/db/user-repository.js';
import type { Session, Sessions, Users } from '../../src/use-cases/ports.js';
import { authDatabase } from '../support/database.js';
import { somebody } from '../support/people.js';

let database: Awaited<ReturnType<typeof authDatabase>>;
let users: Users;
let sessions: Sessions;

const lifetimes = { refreshTokenSeconds: 600, sessionSeconds: 3600 };
beforeAll(async () => {
  database = await authDatabase();
  users = userRepository(database.db);
  sessions = sessionRepository(database.db, lifetimes);
});
afterAll(() => database.drop());

const token = (name: string = randomUUID()) => createHash('sha256').update(name).digest();

async function signedIn() {
  const user = await users.add(somebody(), 'hash');
  const first = token();
  const session = await sessions.open({ userId: user.id, passwordHash: 'hash' }, first);
  if (!session) throw new Error('not signed in');
  return { user, session, first };
}

const refused = { outcome: 'refused' };

describe('opening a session', () => {
  test('is refused with a password that has been replaced since it was verified', async () => {
    const { id } = await users.add(somebody(), 'old');
    await users.change(id, (user) => ({ next: { ...user, version: 2, passwordHash: 'new' } }));
    expect(await sessions.open({ userId: id, passwordHash: 'old' }, token())).toBeUndefined();
  });

  test('never leaves a session of the old password, however it races with the change', async () => {
    for (let round = 0; round < 20; round++) {
      const { id } = await users.add(somebody(), 'old');
      const opened = token();
      await Promise.all([
        sessions.open({ userId: id, passwordHash: 'old' }, opened),
        users.change(id, (user) => ({
          next: { ...user, version: 2, passwordHash: 'new' },
          endsSessions: 'PASSWORD_CHANGED',
        })),
      ]);
      expect(await sessions.rotate(opened, token())).toEqual(refused);
    }
  });
});

describe('rotating a refresh token', () => {
  test('an unknown one is refused', async () => {
    expect(await sessions.rotate(token(), token())).toEqual(refused);
  });

  test('of 50 parallel uses of one token exactly one wins, and the family ends', async () => {
    const { first, session } = await signedIn();
    const nexts = Array.from({ length: 50 }, () => token());
    const answers = await Promise.all(nexts.map((next) => sessions.rotate(first, next)));
    const outcomes = answers.map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === 'rotated')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'revoked')).toHaveLength(1);
    expect(answers).toContainEqual({ outcome: 'revoked', sessionId: session.id });
    const winner = nexts[outcomes.indexOf('rotated')] as Buffer;
    expect(await sessions.rotate(winner, token())).toEqual(refused);
  });

  test('reuse ends that session and no other of the user', async () => {
    const { user, first } = await signedIn();
    const elsewhere = token();
    await sessions.open({ userId: user.id, passwordHash: 'hash' }, elsewhere);
    const second = token();
    await sessions.rotate(first, second);
    await sessions.rotate(first, token());
    expect(await sessions.rotate(second, token())).toEqual(refused);
    expect(await sessions.rotate(elsewhere, token())).toMatchObject({ outcome: 'rotated' });
  });

  test.each(['ROLE_CHANGED', 'PASSWORD_CHANGED'] as const)('is refused after %s', async (endsSessions) => {
    const { user, first } = await signedIn();
    await users.change(user.id, (now) => ({ next: { ...now, version: 2 }, endsSessions }));
    expect(await sessions.rotate(first, token())).toEqual(refused);
  });

  test('racing with a change of role, it never leaves a token that works', async () => {
    for (let round = 0; round < 20; round++) {
      const { user, first } = await signedIn();
      const second = token();
      await Promise.all([
        sessions.rotate(first, second),
        users.change(user.id, (now) => ({
          next: { ...now, role: 'admin', version: 2 },
          endsSessions: 'ROLE_CHANGED',
        })),
      ]);
      expect(await sessions.rotate(second, token())).toEqual(refused);
    }
  });

  test('a chain of rotations keeps the session and its user', async () => {
    const { user, session, first } = await signedIn();
    let current = first;
    for (let n = 0; n < 5; n++) {
      const next = token();
      const rotated = await sessions.rotate(current, next);
      expect(rotated).toMatchObject({
        outcome: 'rotated',
        session: { id: session.id, user: { id: user.id } },
      });
      current = next;
    }
  });
});

describe('time', () => {
  test('an idle refresh token expires, and a session ends however often it is refreshed', async () => {
    const idle = sessionRepository(database.db, { refreshTokenSeconds: 0, sessionSeconds: 600 });
    const short = sessionRepository(database.db, { refreshTokenSeconds: 600, sessionSeconds: 0 });
    for (const repository of [idle, short]) {
      const { id } = await users.add(somebody(), 'hash');
      const first = token();
      await repository.open({ userId: id, passwordHash: 'hash' }, first);
      expect(await repository.rotate(first, token())).toEqual(refused);
    }
  });

  test('a refresh token does not outlive its session', async () => {
    const long = sessionRepository(database.db, { refreshTokenSeconds: 7200, sessionSeconds: 3600 });
    const { id } = await users.add(somebody(), 'hash');
    const opened = await long.open({ userId: id, passwordHash: 'hash' }, token());
    const { issuedAt, expiresAt } = (opened as Session).refreshToken;
    expect(expiresAt.getTime() - issuedAt.getTime()).toBe(3_600_000);
  });

  test('what is over for a day is forgotten, what is alive is not', async () => {
    const old = await signedIn();
    const alive = await signedIn();
    await database.db.query({
      text: `UPDATE sessions SET ends_at = now() - interval '2 days' WHERE id = $1`,
      values: [old.session.id],
    });
    await forgetOld(database.db)();
    const { rows } = await database.db.query<{ id: string }>({ text: 'SELECT id FROM sessions' });
    expect(rows.map(({ id }) => id)).not.toContain(old.session.id);
    expect(await sessions.rotate(alive.first, token())).toMatchObject({ outcome: 'rotated' });
  });
});

test('no token is stored, only its hash', async () => {
  const { rows } = await database.db.query<{ length: number }>({
    text: 'SELECT DISTINCT length(hash) FROM refresh_tokens',
  });
  expect(rows).toEqual([{ length: 32 }]);
});
