import type { Principal, TokenVerifier } from '@msa-event-market/shared-sdk/auth';
import { AppError } from '@msa-event-market/shared-sdk/errors';
import { type Call, grpcService, parseRequest } from '@msa-event-market/shared-sdk/grpc';
import { str, uuid } from '@msa-event-market/shared-sdk/http';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import type { listUsers } from '../db/read-users.js';
import { errors } from '../domain/errors.js';
import { changedMeBody, changedUserBody, newUserBody, refreshBody } from '../http/schemas.js';
import { changeMe, changeUser } from '../use-cases/change-user.js';
import type { Ports } from '../use-cases/ports.js';
import { refreshSession } from '../use-cases/refresh-session.js';
import { signIn } from '../use-cases/sign-in.js';
import { signUp } from '../use-cases/sign-up.js';
import { roleMessage, roleOf, tokensMessage, userMessage } from './messages.js';

interface Parts extends Ports {
  listUsers: ReturnType<typeof listUsers>;
  verifier: TokenVerifier;
}

const credentials = z.object({ loginId: str({ max: 512 }), password: str({ max: 512 }) });
const byId = z.object({ id: uuid });
const listRequest = z.object({ limit: z.int().min(0).max(100), offset: z.int().min(0).max(1_000_000) });

/**
 * The same use cases and the same rules as REST. Who calls about themselves is treated as /me, but for an admin, until
 * it comes to the password.
 */
export const authGrpc = (parts: Parts) =>
  grpcService('market.auth.v1.AuthService', {
    async CreateUser({ role, ...request }, call) {
      const wanted = parseRequest(newUserBody, { ...request, role: roleOf(role) });
      const user = await signUp(parts)(wanted, call.maybePrincipal(), addressOf(call));
      return { user: userMessage(user) };
    },

    async LoginToken(request, call) {
      const { loginId, password } = parseRequest(credentials, request);
      return tokensMessage(await signIn(parts)(loginId, password, addressOf(call)));
    },

    async RefreshToken(request) {
      const { refreshToken } = parseRequest(refreshBody, request);
      return tokensMessage(await refreshSession(parts)(refreshToken));
    },

    async GetUser(request, call) {
      const { id } = parseRequest(byId, request);
      adminOrSelf(call.principal(), id);
      return { user: userMessage(await parts.users.get(id)) };
    },

    async ListUser(request, call) {
      adminOnly(call.principal());
      const { limit, offset } = parseRequest(listRequest, request);
      const { users, metadata } = await parts.listUsers({ limit: limit || 50, offset });
      return { users: users.map(userMessage), metadata };
    },

    async UpdateUser({ id: userId, version, role: wantedRole, ...request }, call) {
      const { id } = parseRequest(byId, { id: userId });
      const by = adminOrSelf(call.principal(), id);
      const role = roleOf(wantedRole);
      const ownPassword = by.userId === id && request.password !== undefined;
      if (by.role === 'admin' && !ownPassword) {
        const { currentPassword: _, ...rest } = request;
        const current = role ?? (await parts.users.get(id)).role;
        const wanted = parseRequest(changedUserBody, { ...rest, role: current });
        return { user: userMessage(await changeUser(parts)(id, wanted, version, by.userId)) };
      }
      if (role !== undefined && role !== by.role)
        throw errors.FORBIDDEN('Only an admin changes roles, and none their own along with the password.');
      const wanted = parseRequest(changedMeBody, request);
      return { user: userMessage(await changeMe(parts)(id, wanted, version, addressOf(call))) };
    },

    async DeleteUser(request, call) {
      const { id } = parseRequest(byId, request);
      const by = adminOrSelf(call.principal(), id);
      await parts.users.remove(id, by.userId === id ? undefined : by.userId);
      return {};
    },

    async IntrospectToken({ token }) {
      const who = await parts.verifier.verify(token).catch(inactive);
      if (!who) return { active: false };
      const { exp } = decodeJwt(token);
      return {
        active: true,
        userId: who.userId,
        role: roleMessage(who.role),
        loginId: who.loginId,
        sessionId: who.sessionId,
        expiresAt: new Date((exp as number) * 1000).toISOString(), // the verifier takes no token without
      };
    },
  });

function adminOnly(by: Principal): void {
  if (by.role !== 'admin') throw errors.FORBIDDEN('Only for admins.');
}

function adminOrSelf(by: Principal, id: string): Principal {
  if (by.userId !== id) adminOnly(by);
  return by;
}

/** That a token is not valid is an answer here; that it cannot be verified is not. */
function inactive(error: unknown): undefined {
  if (!(error instanceof AppError && error.kind === 'unauthenticated')) throw error;
}

const addressOf = ({ peer }: Call): string => peer.replace(/:\d+$/, '');
