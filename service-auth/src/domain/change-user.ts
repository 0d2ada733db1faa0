import { errors } from './errors.js';
import type { Role, User } from './user.js';

export interface Change {
  role: Role;
  phone: string;
  email: string;
  /** Only when the password changes. */
  passwordHash?: string;
}

/** What a decision leads to. Without `next` nothing is written; `endsSessions` signs the user out everywhere. */
export interface Decision {
  next?: Pick<User, 'role' | 'phone' | 'email' | 'version'> & { passwordHash?: string };
  endsSessions?: 'ROLE_CHANGED' | 'PASSWORD_CHANGED';
}

/** A PUT that says what is already so is no change: no new version, no event. */
export function change(user: User, wanted: Change): Decision {
  const newRole = wanted.role !== user.role;
  const newPassword = wanted.passwordHash !== undefined;
  if (!newRole && !newPassword && wanted.phone === user.phone && wanted.email === user.email) return {};
  return {
    next: { ...wanted, version: user.version + 1 },
    // An access token tells the old role until it expires; the session must not renew it.
    endsSessions: newPassword ? 'PASSWORD_CHANGED' : newRole ? 'ROLE_CHANGED' : undefined,
  };
}

export function mustMatch(user: User, expectedVersion: number): void {
  if (user.version !== expectedVersion) throw errors.PRECONDITION_FAILED();
}

/** Someone must always be able to make admins: the first one is made at start only while there is none. */
export function mayStopBeingAdmin(otherAdmins: number): void {
  if (otherAdmins === 0) throw errors.LAST_ADMIN();
}
