import type { Database } from '@msa-event-market/shared-sdk/db';
import { type GrpcService, grpcService, parseRequest } from '@msa-event-market/shared-sdk/grpc';
import { bodyHash, cut } from '@msa-event-market/shared-sdk/http';
import { findOrder, listOrders } from '../db/read-orders.js';
import { whoseOrders } from '../domain/requests.js';
import { cancelOrder } from '../use-cases/cancel-order.js';
import { deliverOrder } from '../use-cases/deliver-order.js';
import { placeOrder } from '../use-cases/place-order.js';
import type { Ports } from '../use-cases/ports.js';
import { shipOrder } from '../use-cases/ship-order.js';
import { listMessage, orderIdMessage, partMessage, placeOrderMessage } from './messages.js';
import { historyOf, orderOf, placedOf, summaryOf } from './views.js';

/** The same use cases and the same rules as REST, on the other wire. */
export const orderGrpc = (db: Database, ports: Ports): GrpcService =>
  grpcService('market.order.v1.OrderService', {
    async PlaceOrder(request, call) {
      const { userId } = call.principal();
      const { idempotencyKey: key, ...body } = parseRequest(placeOrderMessage, request);
      return {
        order: placedOf(await placeOrder(ports)({ ...body, userId, key, bodyHash: bodyHash(body) }), userId),
      };
    },
    async GetOrder(request, call) {
      const { id } = parseRequest(orderIdMessage, request);
      const found = await findOrder(db, id, call.principal());
      return { order: orderOf(found), history: historyOf(found) };
    },
    async ListOrder(request, call) {
      const by = call.principal();
      const { limit, ...filter } = parseRequest(listMessage, request);
      const userId = whoseOrders(filter.userId, by);
      const { items, nextCursor } = cut(
        await listOrders(db, { ...filter, limit, userId }),
        limit,
        ({ id }) => id,
      );
      return { orders: items.map(summaryOf), limit, nextCursor };
    },
    async CancelOrder(request, call) {
      const { id } = parseRequest(orderIdMessage, request);
      await cancelOrder(ports)(id, call.principal());
      return { order: orderOf(await findOrder(db, id, call.principal())) };
    },
    async ShipOrder(request, call) {
      const { id, storeId } = parseRequest(partMessage, request);
      await shipOrder(ports)(id, storeId, call.principal());
      return { order: orderOf(await findOrder(db, id, call.principal())) };
    },
    async DeliverOrder(request, call) {
      const { id, storeId } = parseRequest(partMessage, request);
      await deliverOrder(ports)(id, storeId, call.principal());
      return { order: orderOf(await findOrder(db, id, call.principal())) };
    },
  });
