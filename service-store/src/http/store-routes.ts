import type { Database } from '@msa-event-market/shared-sdk/db';
import { etag, ifMatch, page, problem, type Routes, signedIn } from '@msa-event-market/shared-sdk/http';
import { findStore, listStores } from '../db/read-stores.js';
import { errors } from '../domain/errors.js';
import { deleteStore } from '../use-cases/delete-store.js';
import { openStore } from '../use-cases/open-store.js';
import type { Ports } from '../use-cases/ports.js';
import { updateStore } from '../use-cases/update-store.js';
import { storeBody, storeList, storeParams, storeView } from './schemas.js';

const tags = ['stores'];
const notFound = errors.NOT_FOUND_STORE();
const forbidden = errors.FORBIDDEN('');

export const storeRoutes =
  (db: Database, ports: Ports): Routes =>
  (app) => {
    app.get(
      '/v1/stores',
      {
        schema: {
          operationId: 'listStores',
          summary: 'Open stores, the oldest first',
          tags,
          querystring: page,
          response: { 200: storeList },
        },
        // Rows have the shape of the answer already; encoding a hundred of them once more costs more than reading them.
        serializerCompiler: () => JSON.stringify,
      },
      (request) => listStores(db, request.query),
    );

    app.get(
      '/v1/stores/:storeId',
      {
        schema: {
          operationId: 'getStore',
          summary: 'One store',
          tags,
          params: storeParams,
          response: { 200: storeView, ...problem(notFound) },
        },
      },
      async (request, reply) => {
        const store = await findStore(db, request.params.storeId);
        return reply.header('etag', etag(store.version)).send(store);
      },
    );

    app.post(
      '/v1/stores',
      {
        schema: {
          operationId: 'openStore',
          summary: 'Open a store; the caller owns it',
          tags,
          body: storeBody,
          response: { 201: storeView, ...problem(forbidden, errors.TOO_MANY_STORES()) },
        },
        preHandler: signedIn,
      },
      async (request, reply) => {
        const store = await openStore(ports)(request.body, request.principal);
        return reply
          .code(201)
          .headers({ location: `/v1/stores/${store.id}`, etag: etag(store.version) })
          .send(store);
      },
    );

    app.put(
      '/v1/stores/:storeId',
      {
        schema: {
          operationId: 'updateStore',
          summary: 'Change what a store is called and says of itself; needs If-Match',
          tags,
          params: storeParams,
          body: storeBody,
          response: {
            200: storeView,
            ...problem(forbidden, notFound, 'PRECONDITION_FAILED', 'PRECONDITION_REQUIRED'),
          },
        },
        preHandler: signedIn,
      },
      async (request, reply) => {
        const { params, body, principal } = request;
        const store = await updateStore(ports)(params.storeId, body, ifMatch(request), principal);
        return reply.header('etag', etag(store.version)).send(store);
      },
    );

    app.delete(
      '/v1/stores/:storeId',
      {
        schema: {
          operationId: 'deleteStore',
          summary:
            'Close a store and take its products off sale; its orders are cancelled unless a part has shipped',
          tags,
          params: storeParams,
          response: problem(forbidden, notFound),
        },
        preHandler: signedIn,
      },
      async (request, reply) => {
        await deleteStore(ports)(request.params.storeId, request.principal);
        return reply.code(204).send();
      },
    );
  };
