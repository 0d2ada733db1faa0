import { etag, ifMatch, problem, type Routes, signedIn } from '@msa-event-market/shared-sdk/http';
import { errors } from '../domain/errors.js';
import { changeMe } from '../use-cases/change-user.js';
import type { Ports } from '../use-cases/ports.js';
import { changedMeBody, user, userView } from './schemas.js';
import { tellLimits } from './tell-limits.js';

const tags = ['me'];

/** The signed-in user's own account. */
export const meRoutes =
  (ports: Pick<Ports, 'users' | 'passwords' | 'attempts'>): Routes =>
  (app) => {
    const { users } = ports;
    tellLimits(app);

    app.get(
      '/v1/users/me',
      {
        preHandler: signedIn,
        schema: {
          operationId: 'getMe',
          summary: 'My account',
          tags,
          response: { 200: user, ...problem(errors.NOT_FOUND_USER()) },
        },
      },
      async (request, reply) => {
        const me = await users.get(request.principal.userId);
        return reply.header('etag', etag(me.version)).send(userView(me));
      },
    );

    app.put(
      '/v1/users/me',
      {
        preHandler: signedIn,
        schema: {
          operationId: 'updateMe',
          summary: 'Change my account; a new password asks for the current one and ends my sessions',
          tags,
          body: changedMeBody,
          response: {
            200: user,
            ...problem(
              errors.WEAK_PASSWORD(''),
              errors.WRONG_PASSWORD(),
              errors.NOT_FOUND_USER(),
              'PRECONDITION_FAILED',
              'PRECONDITION_REQUIRED',
              errors.TOO_MANY_ATTEMPTS(1, 1),
              errors.HASHING_OVERLOADED(),
            ),
          },
        },
      },
      async (request, reply) => {
        const { userId } = request.principal;
        const changed = await changeMe(ports)(userId, request.body, ifMatch(request), request.ip);
        return reply.header('etag', etag(changed.version)).send(userView(changed));
      },
    );

    app.delete(
      '/v1/users/me',
      {
        preHandler: signedIn,
        schema: {
          operationId: 'deleteMe',
          summary: 'Delete my account and end my sessions; the login id stays taken',
          tags,
          response: problem(errors.NOT_FOUND_USER(), errors.LAST_ADMIN()),
        },
      },
      async (request, reply) => {
        await users.remove(request.principal.userId);
        return reply.code(204).send();
      },
    );
  };
