import type { Database } from '@msa-event-market/shared-sdk/db';
import {
  bodyHash,
  cut,
  idempotencyKey,
  problem,
  type Routes,
  signedIn,
} from '@msa-event-market/shared-sdk/http';
import { findOrder, listOrders } from '../db/read-orders.js';
import { errors } from '../domain/errors.js';
import { whoseOrders } from '../domain/requests.js';
import { cancelOrder } from '../use-cases/cancel-order.js';
import { deliverOrder } from '../use-cases/deliver-order.js';
import { placeOrder } from '../use-cases/place-order.js';
import type { Ports } from '../use-cases/ports.js';
import { shipOrder } from '../use-cases/ship-order.js';
import {
  listQuery,
  orderList,
  orderParams,
  orderView as orderSchema,
  partBody,
  placedView as placedSchema,
  placeOrderBody,
} from './schemas.js';
import { orderView, placedView, summaryOf } from './views.js';

const tags = ['orders'];
const notFound = errors.NOT_FOUND_ORDER('');
const notInOrder = errors.NOT_FOUND_STORE_IN_ORDER('');
const wrongState = errors.INVALID_ORDER_STATE('');
const forbidden = errors.FORBIDDEN('');

export const orderRoutes =
  (db: Database, ports: Ports): Routes =>
  (app) => {
    app.post(
      '/v1/orders',
      {
        schema: {
          operationId: 'placeOrder',
          summary: 'Place an order; an Idempotency-Key makes it safe to send again',
          description:
            'The prices are the store’s of this moment. The answer is PENDING; follow the order at its Location.',
          tags,
          body: placeOrderBody,
          response: {
            201: placedSchema,
            ...problem(
              'IDEMPOTENCY_KEY_MISSING',
              'IDEMPOTENCY_KEY_INVALID',
              errors.NOT_FOUND_PRODUCT([]),
              errors.MIXED_CURRENCIES(),
              errors.ORDER_TOO_LARGE(),
              errors.ACCOUNT_DELETED(),
              errors.PRICE_CHANGED(0, 0),
              errors.STORE_CLOSED(),
              errors.IDEMPOTENCY_KEY_IN_FLIGHT(),
              errors.IDEMPOTENCY_KEY_REUSED(),
              errors.OVERLOADED(),
              errors.TOO_MANY_PENDING(),
              errors.STORE_UNAVAILABLE(undefined),
            ),
          },
        },
        preHandler: signedIn,
      },
      async (request, reply) => {
        const key = idempotencyKey(request);
        const { userId } = request.principal;
        const placed = await placeOrder(ports)({
          ...request.body,
          userId,
          key,
          bodyHash: bodyHash(request.body),
        });
        return reply.code(201).header('location', `/v1/orders/${placed.id}`).send(placedView(placed));
      },
    );

    app.get(
      '/v1/orders',
      {
        schema: {
          operationId: 'listOrders',
          summary: 'My orders, the newest first; an admin sees all of them, or a user’s',
          tags,
          querystring: listQuery,
          response: { 200: orderList, ...problem(forbidden) },
        },
        preHandler: signedIn,
      },
      async ({ query, principal }) => {
        const rows = await listOrders(db, { ...query, userId: whoseOrders(query.userId, principal) });
        const { items, nextCursor } = cut(rows, query.limit, ({ id }) => id);
        return { orders: items.map(summaryOf), metadata: { limit: query.limit, nextCursor } };
      },
    );

    app.get(
      '/v1/orders/:orderId',
      {
        schema: {
          operationId: 'getOrder',
          summary: 'One order with what happened to it; a seller sees their own lines',
          tags,
          params: orderParams,
          response: { 200: orderSchema, ...problem(notFound) },
        },
        preHandler: signedIn,
      },
      async ({ params, principal }) => orderView(await findOrder(db, params.orderId, principal)),
    );

    app.post(
      '/v1/orders/:orderId/cancel',
      {
        schema: {
          operationId: 'cancelOrder',
          summary: 'Cancel an order of which nothing has shipped; twice is one cancel',
          tags,
          params: orderParams,
          response: { 202: orderSchema, ...problem(notFound, wrongState) },
        },
        preHandler: signedIn,
      },
      async ({ params, principal }, reply) => {
        await cancelOrder(ports)(params.orderId, principal);
        return reply.code(202).send(orderView(await findOrder(db, params.orderId, principal)));
      },
    );

    for (const [verb, summary, use] of [
      ['ship', 'Ship a store’s part; the last part makes the order SHIPPED', shipOrder],
      ['deliver', 'Deliver a store’s part; the last part makes the order DELIVERED', deliverOrder],
    ] as const) {
      app.post(
        `/v1/orders/:orderId/${verb}`,
        {
          schema: {
            operationId: `${verb}Order`,
            summary,
            tags,
            params: orderParams,
            body: partBody,
            response: {
              200: orderSchema,
              ...problem(notFound, notInOrder, wrongState, errors.PAYMENT_NOT_CAPTURED(), forbidden),
            },
          },
          preHandler: signedIn,
        },
        async ({ params, body, principal }) => {
          await use(ports)(params.orderId, body.storeId, principal);
          return orderView(await findOrder(db, params.orderId, principal));
        },
      );
    }
  };
