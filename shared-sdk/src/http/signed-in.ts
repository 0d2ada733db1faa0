import type { FastifyRequest } from 'fastify';
import { bearerToken, type Principal } from '../auth/index.js';
import { AppError } from '../errors/index.js';
import type { App, Guard } from './app.js';

const guards = new WeakSet<Guard>();

const guard = (check: (request: FastifyRequest) => Promise<void>): Guard => {
  const handler: Guard = (request) => check(request);
  guards.add(handler);
  return handler;
};

/** Lets in who brings a valid access token: `preHandler: signedIn`. */
export const signedIn = guard(async (request) => {
  request.maybePrincipal = await identify(request);
  void request.principal;
});

/** Lets in only that role. */
export const signedInAs = (role: Principal['role']): Guard =>
  guard(async (request) => {
    request.maybePrincipal = await identify(request);
    if (request.principal.role !== role)
      throw new AppError('FORBIDDEN', 'forbidden', `Only for role ${role}.`);
  });

/** Lets in everybody, and tells who signed in is; a bad token is refused all the same. */
export const maybeSignedIn = guard(async (request) => {
  request.maybePrincipal = await identify(request);
});

async function identify(request: FastifyRequest): Promise<Principal | undefined> {
  const token = bearerToken(request.headers.authorization);
  if (token === undefined) return undefined;
  const { verifier } = request.server;
  if (!verifier)
    throw new Error('A route asks who is signed in, yet the service was given no token verifier.');
  return verifier.verify(token);
}

function requirePrincipal(this: FastifyRequest): Principal {
  if (this.maybePrincipal) return this.maybePrincipal;
  throw new AppError('UNAUTHORIZED', 'unauthenticated', 'An access token is needed.');
}

export function addPrincipal(app: App): void {
  app.decorateRequest('maybePrincipal', undefined);
  app.decorateRequest('principal', { getter: requirePrincipal } as never);
  // A stranger learns nothing of a body's rules, and costs no parsing: who asks is settled before what they ask.
  app.addHook('onRoute', (route) => {
    const handlers = [route.preHandler ?? []].flat() as Guard[];
    const found = handlers.filter((handler) => guards.has(handler));
    if (found.length === 0) return;
    route.onRequest = [...[route.onRequest ?? []].flat(), ...found] as never;
    route.preHandler = handlers.filter((handler) => !guards.has(handler)) as never;
    route.schema = { security: [{ bearer: [] }], ...route.schema };
  });
}
