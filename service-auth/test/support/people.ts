import { uuidv7 } from '@msa-event-market/shared-sdk/db';
import type { NewUser } from '../../src/domain/user.js';

let count = 0;

/** A user nobody else in the test file is. */
export const somebody = (like: Partial<NewUser> = {}): NewUser => ({
  id: uuidv7(),
  loginId: `somebody-${++count}`,
  role: 'user',
  phone: '010-1234-5678',
  email: 'somebody@example.com',
  ...like,
});
