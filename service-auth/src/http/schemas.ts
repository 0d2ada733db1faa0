import { str } from '@msa-event-market/shared-sdk/http';
import { z } from 'zod';
import { emailLength, phoneLength, phoneShape } from '../domain/contact.js';
import { loginIdLength, loginIdShape } from '../domain/login-id.js';
import { fitsHttpBasic, notFitForHttpBasic, passwordLength } from '../domain/password.js';
import type { User } from '../domain/user.js';
import type { Token, TokenPair } from '../use-cases/ports.js';

const loginId = str(loginIdLength)
  .regex(loginIdShape, 'must be letters and digits, parted by single dots, hyphens or underscores')
  .meta({ examples: ['alice'] });
const password = str(passwordLength)
  .refine(fitsHttpBasic, notFitForHttpBasic)
  .meta({ format: 'password', examples: ['correct horse battery'] });
const phone = str(phoneLength)
  .regex(phoneShape, 'must be digits in groups parted by a space or a hyphen')
  .meta({ examples: ['010-1234-5678'] });
const email = str(emailLength)
  .pipe(z.email('must be an e-mail address'))
  .meta({ examples: ['alice@example.com'] });
const role = z.enum(['user', 'admin']);

export const newUserBody = z
  .strictObject({
    loginId,
    password,
    role: role.optional().meta({ description: '`user` unless an admin asks for `admin`' }),
    phone,
    email,
  })
  .meta({ id: 'NewUser' });

export const changedUserBody = z
  .strictObject({ role, phone, email, password: password.optional() })
  .meta({ id: 'ChangedUser' });

export const changedMeBody = z
  .strictObject({
    phone,
    email,
    password: password.optional(),
    currentPassword: str({ max: passwordLength.max })
      .optional()
      .meta({ format: 'password', description: 'Needed with `password`' }),
  })
  .refine((body) => body.password === undefined || body.currentPassword !== undefined, {
    path: ['currentPassword'],
    message: 'is needed to change the password',
  })
  .meta({ id: 'ChangedMe' });

export const refreshBody = z
  .strictObject({ refreshToken: str({ min: 1, max: 512 }) })
  .meta({ id: 'Refresh' });

export const user = z
  .object({
    id: z.uuid(),
    loginId: z.string(),
    role,
    phone: z.string().nullable(),
    email: z.string().nullable(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'User' });

export const userList = z
  .object({
    users: z.array(user),
    metadata: z.object({ limit: z.int(), offset: z.int(), total: z.int() }),
  })
  .meta({ id: 'UserList' });

const token = z
  .object({ token: z.string(), issuedAt: z.iso.datetime(), expiresAt: z.iso.datetime() })
  .meta({ id: 'Token' });
export const tokenPair = z.object({ accessToken: token, refreshToken: token }).meta({ id: 'TokenPair' });

export const userView = ({ version: _etag, createdAt, updatedAt, ...user }: User) => ({
  ...user,
  createdAt: createdAt.toISOString(),
  updatedAt: updatedAt.toISOString(),
});

const tokenView = ({ token, issuedAt, expiresAt }: Token) => ({
  token,
  issuedAt: issuedAt.toISOString(),
  expiresAt: expiresAt.toISOString(),
});

export const tokenPairView = ({ accessToken, refreshToken }: TokenPair) => ({
  accessToken: tokenView(accessToken),
  refreshToken: tokenView(refreshToken),
});
