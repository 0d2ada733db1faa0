import type { Principal } from '@msa-event-market/shared-sdk/auth';
import { uuidv7 } from '@msa-event-market/shared-sdk/db';
import { errors } from '../domain/errors.js';
import { refuseWeakPassword } from '../domain/password.js';
import type { Role, User } from '../domain/user.js';
import type { Ports } from './ports.js';

export interface SignUp {
  loginId: string;
  password: string;
  role?: Role | undefined;
  phone: string;
  email: string;
}

/**
 * Anyone may become a user; only an admin makes admins. An address signs up so many in a window, and those that fail
 * count too: whoever keeps the line for hashing full is to leave it soon.
 */
export const signUp =
  ({ users, passwords, attempts }: Pick<Ports, 'users' | 'passwords' | 'attempts'>) =>
  async (
    { password, role = 'user', ...user }: SignUp,
    by: Principal | undefined,
    address: string | undefined,
  ): Promise<User> => {
    if (role === 'admin' && by?.role !== 'admin')
      throw errors.FORBIDDEN('Only an admin may create an admin.');
    refuseWeakPassword(password, user.loginId);
    await attempts.countSignUp(address);
    const passwordHash = await passwords.hashAtSignUp(password);
    return users.add(
      { ...user, role, id: uuidv7() },
      passwordHash,
      role === 'admin' ? by?.userId : undefined,
    );
  };
