import { uuidv7 } from '@msa-event-market/shared-sdk/db';
import { AppError } from '@msa-event-market/shared-sdk/errors';
import type { Ports } from './ports.js';

/**
 * Makes the admin that configuration names, if there is no admin at all: someone has to make the others. Asked again
 * and again until it has succeeded once, then it costs nothing.
 */
export function ensureFirstAdmin(
  { users, passwords, log }: Pick<Ports, 'users' | 'passwords' | 'log'>,
  named: { loginId: string; password: string } | undefined,
): () => Promise<void> {
  let done = named === undefined;
  let told = false;

  // Nothing but another name mends it, and readiness, which asks each second, does not say so.
  function tellOnce(error: unknown): never {
    if (!told && error instanceof AppError && error.code === 'CONFLICT_USER') {
      told = true;
      log.error(
        { code: error.code },
        'there is no admin, and somebody else has or had ADMIN_LOGIN_ID: name another',
      );
    }
    throw error;
  }

  return async () => {
    if (done || !named) return;
    if (!(await users.hasAdmin())) {
      const { loginId, password } = named;
      const admin = { id: uuidv7(), loginId, role: 'admin', phone: null, email: null } as const;
      await users.addFirstAdmin(admin, await passwords.hash(password)).catch(tellOnce);
    }
    done = true;
  };
}
