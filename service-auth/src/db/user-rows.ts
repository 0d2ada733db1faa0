import type { User } from '../domain/user.js';

/** The columns of a User, named as its fields. */
export const userColumns = `
  u.id, u.login_id AS "loginId", u.role, u.phone, u.email, u.version,
  u.created_at AS "createdAt", u.updated_at AS "updatedAt"`;

/** Takes a User out of a row that holds other columns too. */
export const userOf = (row: User): User => {
  const { id, loginId, role, phone, email, version, createdAt, updatedAt } = row;
  return { id, loginId, role, phone, email, version, createdAt, updatedAt };
};
