import type { Database } from '@msa-event-market/shared-sdk/db';
import type { User } from '../domain/user.js';
import { userColumns } from './user-rows.js';

export interface UserList {
  users: User[];
  metadata: { limit: number; offset: number; total: number };
}

/** Every user, the oldest first: ids are UUIDv7, so their order is that of sign-up. */
export const listUsers =
  (db: Database) =>
  async ({ limit, offset }: { limit: number; offset: number }): Promise<UserList> => {
    const [page, all] = await Promise.all([
      db.read<User>({
        text: `SELECT ${userColumns} FROM users u WHERE deleted_at IS NULL ORDER BY id LIMIT $1 OFFSET $2`,
        values: [limit, offset],
      }),
      db.read<{ total: number }>({ text: 'SELECT count(*) AS total FROM users WHERE deleted_at IS NULL' }),
    ]);
    return { users: page.rows, metadata: { limit, offset, total: all.rows[0]?.total ?? 0 } };
  };
