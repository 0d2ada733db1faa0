import { z } from 'zod';
import { catalogue } from './catalogue.js';
import { id } from './fields.js';

const user = z.object({ userId: id, role: z.enum(['user', 'admin']) });

/** Topic `user`, keyed by the user's id. No name, address, phone or e-mail travels in an event. */
export const userEvents = catalogue('user', {
  UserCreated: user,
  UserUpdated: user,
  UserDeleted: z.object({ userId: id }),
});
