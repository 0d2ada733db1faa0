import type { Database } from '@msa-event-market/shared-sdk/db';
import { page, problem, type Routes, signedIn } from '@msa-event-market/shared-sdk/http';
import { readStock } from '../db/read-products.js';
import { findStore } from '../db/read-stores.js';
import { errors } from '../domain/errors.js';
import { mayManage } from '../domain/store.js';
import { changeQuantity } from '../use-cases/change-quantity.js';
import type { Ports } from '../use-cases/ports.js';
import { productParams, quantityBody, quantityView, stockView } from './schemas.js';

const tags = ['stock'];
const refusals = [errors.FORBIDDEN(''), errors.NOT_FOUND_STORE(), errors.NOT_FOUND_PRODUCT()];

export const stockRoutes =
  (db: Database, ports: Ports): Routes =>
  (app) => {
    app.get(
      '/v1/stores/:storeId/products/:productId/stock',
      {
        schema: {
          operationId: 'getStock',
          summary:
            'Where the pieces of a product are, and who put them in or took them out, the latest first',
          tags,
          params: productParams,
          querystring: page,
          response: { 200: stockView, ...problem(...refusals) },
        },
        preHandler: signedIn,
      },
      async ({ params, query, principal }) => {
        mayManage(await findStore(db, params.storeId), principal);
        const { stock, movements, metadata } = await readStock(db, params, query);
        return {
          ...stock,
          movements: movements.map((movement) => ({ ...movement, at: movement.at.toISOString() })),
          metadata,
        };
      },
    );

    app.post(
      '/v1/stores/:storeId/products/:productId/quantity/increase',
      {
        schema: {
          operationId: 'increaseQuantity',
          summary: 'Put more pieces on the shelf',
          tags,
          params: productParams,
          body: quantityBody,
          response: { 200: quantityView, ...problem(...refusals) },
        },
        preHandler: signedIn,
      },
      async ({ params, body, principal }) => {
        const { product, stock } = await changeQuantity(ports)(params, body.quantity, principal);
        return { id: product.id, quantity: stock.available };
      },
    );

    app.post(
      '/v1/stores/:storeId/products/:productId/quantity/decrease',
      {
        schema: {
          operationId: 'decreaseQuantity',
          summary: 'Take pieces off the shelf, but none that orders hold',
          tags,
          params: productParams,
          body: quantityBody,
          response: { 200: quantityView, ...problem(...refusals, errors.INSUFFICIENT_QUANTITY(0)) },
        },
        preHandler: signedIn,
      },
      async ({ params, body, principal }) => {
        const { product, stock } = await changeQuantity(ports)(params, -body.quantity, principal);
        return { id: product.id, quantity: stock.available };
      },
    );
  };
