import { change, mustMatch } from '../domain/change-user.js';
import { errors } from '../domain/errors.js';
import { refuseWeakPassword } from '../domain/password.js';
import type { Role, User } from '../domain/user.js';
import { guarded } from './guarded-attempt.js';
import type { Ports } from './ports.js';

export interface ChangeUser {
  role: Role;
  phone: string;
  email: string;
  password?: string | undefined;
}

/**
 * An admin changes anyone, the password included, but for their own: a stolen access token of an admin must not be
 * enough to keep the account.
 */
export const changeUser =
  ({ users, passwords }: Pick<Ports, 'users' | 'passwords'>) =>
  async (
    id: string,
    { password, ...wanted }: ChangeUser,
    expectedVersion: number,
    by: string,
  ): Promise<User> => {
    if (password && id === by)
      throw errors.FORBIDDEN('Your own password is changed as that of any user, with the current one.');
    const passwordHash = password && (await newHash({ users, passwords }, id, password));
    return users.change(
      id,
      (user) => {
        mustMatch(user, expectedVersion);
        return change(user, { ...wanted, ...(passwordHash && { passwordHash }) });
      },
      by,
    );
  };

export interface ChangeMe {
  phone: string;
  email: string;
  password?: string | undefined;
  currentPassword?: string | undefined;
}

/**
 * Users change themselves, but not their role. A new password asks for the current one: a stolen access token must
 * not be enough to take an account over, so guesses at it count as sign-in attempts.
 */
export const changeMe =
  ({ users, passwords, attempts }: Pick<Ports, 'users' | 'passwords' | 'attempts'>) =>
  async (
    id: string,
    { password, currentPassword, ...wanted }: ChangeMe,
    expectedVersion: number,
    address: string | undefined,
  ): Promise<User> => {
    let passwordHash: string | undefined;
    if (password !== undefined) {
      const { loginId } = await users.get(id);
      const right = await guarded(attempts, { loginId, address }, async () => {
        const credentials = await users.credentialsOf(loginId);
        return passwords.verify(credentials?.passwordHash, currentPassword ?? '');
      });
      if (!right) throw errors.WRONG_PASSWORD();
      passwordHash = await newHash({ users, passwords }, id, password);
    }
    return users.change(id, (user) => {
      mustMatch(user, expectedVersion);
      return change(user, { ...wanted, role: user.role, ...(passwordHash && { passwordHash }) });
    });
  };

async function newHash(
  { users, passwords }: Pick<Ports, 'users' | 'passwords'>,
  id: string,
  password: string,
) {
  refuseWeakPassword(password, (await users.get(id)).loginId);
  return passwords.hash(password);
}
