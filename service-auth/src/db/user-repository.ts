import { type Database, statement, type Tx, violates } from '@msa-event-market/shared-sdk/db';
import { append } from '@msa-event-market/shared-sdk/outbox';
import { mayStopBeingAdmin } from '../domain/change-user.js';
import { errors } from '../domain/errors.js';
import { loginKey } from '../domain/login-id.js';
import type { NewUser, User } from '../domain/user.js';
import type { Credentials, Users } from '../use-cases/ports.js';
import { userColumns } from './user-rows.js';

const insertUser = statement<User>(
  'users_insert',
  `INSERT INTO users AS u (id, login_id, login_key, role, phone, email, password_hash)
   VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING ${userColumns}`,
);
const selectUser = statement<User>(
  'users_select',
  `SELECT ${userColumns} FROM users u WHERE id = $1 AND deleted_at IS NULL`,
);
const selectCredentials = statement<Credentials>(
  'users_credentials',
  `SELECT id AS "userId", password_hash AS "passwordHash" FROM users WHERE login_key = $1 AND deleted_at IS NULL`,
);
const lockUser = statement<User>(
  'users_lock',
  `SELECT ${userColumns} FROM users u WHERE id = $1 AND deleted_at IS NULL FOR UPDATE`,
);
const updateUser = statement<User>(
  'users_update',
  `UPDATE users u SET role = $2, phone = $3, email = $4, version = $5, updated_at = now(),
     password_hash = coalesce($6, password_hash)
   WHERE id = $1 RETURNING ${userColumns}`,
);
const buryUser = statement(
  'users_bury',
  `UPDATE users SET deleted_at = now(), updated_at = now(), version = version + 1,
     password_hash = NULL, phone = NULL, email = NULL
   WHERE id = $1`,
);
const endSessions = statement(
  'users_end_sessions',
  `UPDATE sessions SET end_reason = $2, ends_at = least(ends_at, now()) WHERE user_id = $1 AND end_reason IS NULL`,
);
const countOtherAdmins = statement<{ count: number }>(
  'users_other_admins',
  `SELECT count(*) FROM users WHERE role = 'admin' AND deleted_at IS NULL AND id <> $1`,
);
const findAdmin = statement(
  'users_find_admin',
  `SELECT 1 FROM users WHERE role = 'admin' AND deleted_at IS NULL LIMIT 1`,
);
const isAdmin = statement(
  'users_is_admin',
  `SELECT 1 FROM users WHERE id = $1 AND role = 'admin' AND deleted_at IS NULL`,
);
/**
 * Whoever decides by who is an admin takes this before asking, and after the row of the user whom it is about: row locks
 * alone let two admins remove each other, and each locking the other's row besides would be a deadlock.
 */
const lockAdmins = statement(
  'users_lock_admins',
  `SELECT pg_advisory_xact_lock(hashtext('auth: number of admins'))`,
);

export const userRepository = (db: Database): Users => ({
  add: (user, passwordHash, by) =>
    refusingTakenLoginId(
      db.transaction(async (tx) => {
        if (by) await mustBeAdmin(tx, by);
        return insert(tx, user, passwordHash);
      }),
    ),

  addFirstAdmin: (user, passwordHash) =>
    refusingTakenLoginId(
      db.transaction(async (tx) => {
        tx.query(lockAdmins());
        const { rowCount } = await tx.query(findAdmin());
        return rowCount === 0 ? insert(tx, user, passwordHash) : undefined;
      }),
    ),

  async hasAdmin() {
    return (await db.query(findAdmin())).rowCount > 0;
  },

  async get(id) {
    return existing((await db.query(selectUser([id]))).rows[0]);
  },

  async credentialsOf(loginId) {
    return (await db.query(selectCredentials([loginKey(loginId)]))).rows[0];
  },

  change: (id, decide, by) =>
    db.transaction(async (tx) => {
      const user = await lock(tx, id, by);
      const { next, endsSessions } = decide(user);
      if (!next) return user;
      if (user.role === 'admin' && next.role !== 'admin') await mustNotBeLastAdmin(tx, id);

      const updated = tx.query(
        updateUser([id, next.role, next.phone, next.email, next.version, next.passwordHash ?? null]),
      );
      if (endsSessions) tx.query(endSessions([id, endsSessions]));
      const payload = { userId: id, role: next.role };
      append(tx, [{ topic: 'user', key: id, type: 'UserUpdated', version: next.version, payload }]);
      return existing((await updated).rows[0]);
    }),

  remove: (id, by) =>
    db.transaction(async (tx) => {
      const user = await lock(tx, id, by);
      if (user.role === 'admin') await mustNotBeLastAdmin(tx, id);

      tx.query(buryUser([id]));
      tx.query(endSessions([id, 'USER_DELETED']));
      const payload = { userId: id };
      append(tx, [{ topic: 'user', key: id, type: 'UserDeleted', version: user.version + 1, payload }]);
    }),
});

async function insert(tx: Tx, user: NewUser, passwordHash: string): Promise<User> {
  const { id, loginId, role, phone, email } = user;
  const inserted = tx.query(insertUser([id, loginId, loginKey(loginId), role, phone, email, passwordHash]));
  append(tx, [{ topic: 'user', key: id, type: 'UserCreated', version: 1, payload: { userId: id, role } }]);
  return existing((await inserted).rows[0]);
}

async function lock(tx: Tx, id: string, by: string | undefined): Promise<User> {
  const [user] = (await tx.query(lockUser([id]))).rows;
  if (by) await mustBeAdmin(tx, by);
  return existing(user);
}

async function mustBeAdmin(tx: Tx, id: string): Promise<void> {
  tx.query(lockAdmins());
  const { rowCount } = await tx.query(isAdmin([id]));
  if (rowCount === 0) throw errors.FORBIDDEN('Only for admins, and you are none any more.');
}

async function mustNotBeLastAdmin(tx: Tx, id: string): Promise<void> {
  tx.query(lockAdmins());
  const { rows } = await tx.query(countOtherAdmins([id]));
  mayStopBeingAdmin(rows[0]?.count ?? 0);
}

function existing(user: User | undefined): User {
  if (!user) throw errors.NOT_FOUND_USER();
  return user;
}

async function refusingTakenLoginId<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw violates(error, 'users_login_key') ? errors.CONFLICT_USER(error) : error;
  }
}
