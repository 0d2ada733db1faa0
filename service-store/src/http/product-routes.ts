import type { Database } from '@msa-event-market/shared-sdk/db';
import { etag, ifMatch, page, problem, type Routes, signedIn } from '@msa-event-market/shared-sdk/http';
import { findProduct, listProducts } from '../db/read-products.js';
import { errors } from '../domain/errors.js';
import type { Item } from '../domain/product.js';
import { addProduct } from '../use-cases/add-product.js';
import { deleteProduct } from '../use-cases/delete-product.js';
import type { Ports } from '../use-cases/ports.js';
import { updateProduct } from '../use-cases/update-product.js';
import {
  detailsOf,
  newProductBody,
  productBody,
  productList,
  productParams,
  productView,
  storeParams,
} from './schemas.js';

const tags = ['products'];
const forbidden = errors.FORBIDDEN('');
const noStore = errors.NOT_FOUND_STORE();
const noProduct = errors.NOT_FOUND_PRODUCT();

const viewOf = ({ product, stock }: Item) => ({ ...product, quantity: stock.available });

export const productRoutes =
  (db: Database, ports: Ports): Routes =>
  (app) => {
    app.get(
      '/v1/stores/:storeId/products',
      {
        schema: {
          operationId: 'listProducts',
          summary: 'The products of a store, the oldest first',
          tags,
          params: storeParams,
          querystring: page,
          response: { 200: productList, ...problem(noStore) },
        },
        // Rows have the shape of the answer already; encoding a hundred of them once more costs more than reading them.
        serializerCompiler: () => JSON.stringify,
      },
      (request) => listProducts(db, request.params.storeId, request.query),
    );

    app.get(
      '/v1/stores/:storeId/products/:productId',
      {
        schema: {
          operationId: 'getProduct',
          summary: 'One product of a store',
          tags,
          params: productParams,
          response: { 200: productView, ...problem(noStore, noProduct) },
        },
      },
      async (request, reply) => {
        const product = await findProduct(db, request.params);
        return reply.header('etag', etag(product.version)).send(product);
      },
    );

    app.post(
      '/v1/stores/:storeId/products',
      {
        schema: {
          operationId: 'addProduct',
          summary: 'Put a product on sale, with its first pieces',
          tags,
          params: storeParams,
          body: newProductBody,
          response: { 201: productView, ...problem(forbidden, noStore, errors.TOO_MANY_PRODUCTS()) },
        },
        preHandler: signedIn,
      },
      async (request, reply) => {
        const { storeId } = request.params;
        const { quantity, ...details } = request.body;
        const item = await addProduct(ports)(storeId, detailsOf(details), quantity, request.principal);
        return reply
          .code(201)
          .headers({
            location: `/v1/stores/${storeId}/products/${item.product.id}`,
            etag: etag(item.product.version),
          })
          .send(viewOf(item));
      },
    );

    app.put(
      '/v1/stores/:storeId/products/:productId',
      {
        schema: {
          operationId: 'updateProduct',
          summary:
            'Change what a product is and costs; needs If-Match. Its quantity has endpoints of its own',
          tags,
          params: productParams,
          body: productBody,
          response: {
            200: productView,
            ...problem(forbidden, noStore, noProduct, 'PRECONDITION_FAILED', 'PRECONDITION_REQUIRED'),
          },
        },
        preHandler: signedIn,
      },
      async (request, reply) => {
        const { params, body, principal } = request;
        const item = await updateProduct(ports)(params, detailsOf(body), ifMatch(request), principal);
        return reply.header('etag', etag(item.product.version)).send(viewOf(item));
      },
    );

    app.delete(
      '/v1/stores/:storeId/products/:productId',
      {
        schema: {
          operationId: 'deleteProduct',
          summary: 'Take a product off sale; live orders run on',
          tags,
          params: productParams,
          response: problem(forbidden, noStore, noProduct),
        },
        preHandler: signedIn,
      },
      async (request, reply) => {
        await deleteProduct(ports)(request.params, request.principal);
        return reply.code(204).send();
      },
    );
  };
