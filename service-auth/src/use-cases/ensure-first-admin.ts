import { uuidv7 } from '@msa-event-market/shared-sdk/db';
import { refuseWeakPassword } from '../domain/password.js';
import type { Ports } from './ports.js';

/** Makes the admin that configuration names, if there is no admin at all: someone has to make the others. */
export const ensureFirstAdmin =
  ({ users, passwords }: Pick<Ports, 'users' | 'passwords'>) =>
  async (loginId: string, password: string): Promise<void> => {
    if (await users.hasAdmin()) return; // the usual start, without the cost of a hash
    refuseWeakPassword(password, loginId);
    const admin = { id: uuidv7(), loginId, role: 'admin', phone: null, email: null } as const;
    await users.addFirstAdmin(admin, await passwords.hash(password));
  };
