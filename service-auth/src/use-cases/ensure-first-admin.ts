import { uuidv7 } from '@msa-event-market/shared-sdk/db';
import { refuseWeakPassword } from '../domain/password.js';
import type { Ports } from './ports.js';

/**
 * Makes the admin that configuration names, if there is no admin at all: someone has to make the others. Asked again
 * and again until it has succeeded once, then it costs nothing.
 */
export function ensureFirstAdmin(
  { users, passwords }: Pick<Ports, 'users' | 'passwords'>,
  named: { loginId: string; password: string } | undefined,
): () => Promise<void> {
  let done = named === undefined;
  return async () => {
    if (done || !named) return;
    if (!(await users.hasAdmin())) {
      const { loginId, password } = named;
      refuseWeakPassword(password, loginId);
      const admin = { id: uuidv7(), loginId, role: 'admin', phone: null, email: null } as const;
      await users.addFirstAdmin(admin, await passwords.hash(password));
    }
    done = true;
  };
}
