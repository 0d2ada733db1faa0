import {
  etag,
  ifMatch,
  maybeSignedIn,
  page,
  problem,
  type Routes,
  signedInAs,
  uuid,
} from '@msa-event-market/shared-sdk/http';
import { z } from 'zod';
import type { listUsers } from '../db/read-users.js';
import { errors } from '../domain/errors.js';
import { changeUser } from '../use-cases/change-user.js';
import type { Ports } from '../use-cases/ports.js';
import { signUp } from '../use-cases/sign-up.js';
import { changedUserBody, newUserBody, user, userList, userView } from './schemas.js';
import { tellLimits } from './tell-limits.js';

const tags = ['users'];
const params = z.object({ id: uuid });
const admin = signedInAs('admin');

/** Signing up, and the users as an admin sees them. */
export const userRoutes =
  (
    ports: Pick<Ports, 'users' | 'passwords' | 'attempts'> & { listUsers: ReturnType<typeof listUsers> },
  ): Routes =>
  (app) => {
    const { users } = ports;
    tellLimits(app);

    app.post(
      '/v1/users',
      {
        preHandler: maybeSignedIn,
        schema: {
          operationId: 'createUser',
          summary: 'Sign up; an admin may also create admins',
          tags,
          security: [{}, { bearer: [] }],
          body: newUserBody,
          response: {
            201: user,
            ...problem(
              errors.WEAK_PASSWORD(''),
              'FORBIDDEN',
              errors.CONFLICT_USER(),
              errors.TOO_MANY_ATTEMPTS(1, 1),
              errors.HASHING_OVERLOADED(),
            ),
          },
        },
      },
      async (request, reply) => {
        const created = await signUp(ports)(request.body, request.maybePrincipal, request.ip);
        reply.code(201).headers({ location: `/v1/users/${created.id}`, etag: etag(created.version) });
        return reply.send(userView(created));
      },
    );

    app.get(
      '/v1/users',
      {
        preHandler: admin,
        schema: {
          operationId: 'listUsers',
          summary: 'All users, in the order of their sign-up',
          tags,
          querystring: page,
          response: { 200: userList, ...problem('FORBIDDEN') },
        },
      },
      async (request) => {
        const { users, metadata } = await ports.listUsers(request.query);
        return { users: users.map(userView), metadata };
      },
    );

    app.get(
      '/v1/users/:id',
      {
        preHandler: admin,
        schema: {
          operationId: 'getUser',
          summary: 'One user',
          tags,
          params,
          response: { 200: user, ...problem('FORBIDDEN', errors.NOT_FOUND_USER()) },
        },
      },
      async (request, reply) => {
        const found = await users.get(request.params.id);
        return reply.header('etag', etag(found.version)).send(userView(found));
      },
    );

    app.put(
      '/v1/users/:id',
      {
        preHandler: admin,
        schema: {
          operationId: 'updateUser',
          summary: 'Change a user; a new role or password ends the sessions of the user',
          description: 'The own password is changed at `/v1/users/me`, which asks for the current one.',
          tags,
          params,
          body: changedUserBody,
          response: {
            200: user,
            ...problem(
              errors.WEAK_PASSWORD(''),
              'FORBIDDEN',
              errors.NOT_FOUND_USER(),
              errors.LAST_ADMIN(),
              'PRECONDITION_FAILED',
              'PRECONDITION_REQUIRED',
              errors.HASHING_OVERLOADED(),
            ),
          },
        },
      },
      async (request, reply) => {
        const { params, body, principal } = request;
        const changed = await changeUser(ports)(params.id, body, ifMatch(request), principal.userId);
        return reply.header('etag', etag(changed.version)).send(userView(changed));
      },
    );

    app.delete(
      '/v1/users/:id',
      {
        preHandler: admin,
        schema: {
          operationId: 'deleteUser',
          summary: 'Delete a user and end the sessions; the login id stays taken',
          tags,
          params,
          response: problem('FORBIDDEN', errors.NOT_FOUND_USER(), errors.LAST_ADMIN()),
        },
      },
      async (request, reply) => {
        await users.remove(request.params.id, request.principal.userId);
        return reply.code(204).send();
      },
    );
  };
