import type { Database } from '@msa-event-market/shared-sdk/db';
import { type GrpcService, grpcService, parseRequest } from '@msa-event-market/shared-sdk/grpc';
import { findProduct, listProducts, quoteProducts, readStock } from '../db/read-products.js';
import { findStore, listStores } from '../db/read-stores.js';
import { mayManage } from '../domain/store.js';
import {
  detailsOf,
  newProductBody,
  productBody,
  quantityBody,
  storeBody,
  storeParams,
} from '../http/schemas.js';
import { addProduct } from '../use-cases/add-product.js';
import { changeQuantity } from '../use-cases/change-quantity.js';
import { deleteProduct } from '../use-cases/delete-product.js';
import { deleteStore } from '../use-cases/delete-store.js';
import { openStore } from '../use-cases/open-store.js';
import type { Ports } from '../use-cases/ports.js';
import { updateProduct } from '../use-cases/update-product.js';
import { updateStore } from '../use-cases/update-store.js';
import { pageMessage, productId, productMessage, quotesMessage, storeId, storeMessage } from './messages.js';

/** The same use cases and the same rules as REST, on the other wire. */
export const storeGrpc = (db: Database, ports: Ports): GrpcService =>
  grpcService('market.store.v1.StoreService', {
    async CreateStore(request, call) {
      const by = call.principal();
      return { store: storeMessage(await openStore(ports)(parseRequest(storeBody, request), by)) };
    },

    async GetStore(request) {
      const { id } = parseRequest(storeId, request);
      return { store: storeMessage(await findStore(db, id)) };
    },

    async ListStore(request) {
      const { stores, metadata } = await listStores(db, parseRequest(pageMessage, request));
      return { stores: stores.map(storeMessage), metadata };
    },

    async UpdateStore({ id: stated, version, ...request }, call) {
      const by = call.principal();
      const { id } = parseRequest(storeId, { id: stated });
      const details = parseRequest(storeBody, request);
      return { store: storeMessage(await updateStore(ports)(id, details, version, by)) };
    },

    async DeleteStore(request, call) {
      const by = call.principal();
      const { id } = parseRequest(storeId, request);
      await deleteStore(ports)(id, by);
      return {};
    },

    async CreateProduct({ storeId: stated, ...request }, call) {
      const by = call.principal();
      const { storeId } = parseRequest(storeParams, { storeId: stated });
      const { quantity, ...body } = parseRequest(newProductBody, request);
      return { product: productMessage(await addProduct(ports)(storeId, detailsOf(body), quantity, by)) };
    },

    async GetProduct(request) {
      return { product: await findProduct(db, parseRequest(productId, request)) };
    },

    async ListProduct({ storeId: stated, ...request }) {
      const { storeId } = parseRequest(storeParams, { storeId: stated });
      return listProducts(db, storeId, parseRequest(pageMessage, request));
    },

    async UpdateProduct({ storeId, id, version, ...request }, call) {
      const by = call.principal();
      const ref = parseRequest(productId, { storeId, id });
      const details = detailsOf(parseRequest(productBody, request));
      return { product: productMessage(await updateProduct(ports)(ref, details, version, by)) };
    },

    async DeleteProduct(request, call) {
      const by = call.principal();
      await deleteProduct(ports)(parseRequest(productId, request), by);
      return {};
    },

    async IncreaseProductQuantity({ storeId, id, ...request }, call) {
      const by = call.principal();
      const ref = parseRequest(productId, { storeId, id });
      const { quantity } = parseRequest(quantityBody, request);
      const { stock } = await changeQuantity(ports)(ref, quantity, by);
      return { id: ref.productId, quantity: stock.available };
    },

    async DecreaseProductQuantity({ storeId, id, ...request }, call) {
      const by = call.principal();
      const ref = parseRequest(productId, { storeId, id });
      const { quantity } = parseRequest(quantityBody, request);
      const { stock } = await changeQuantity(ports)(ref, -quantity, by);
      return { id: ref.productId, quantity: stock.available };
    },

    async BatchGetProduct(request) {
      const { productIds } = parseRequest(quotesMessage, request);
      return { products: await quoteProducts(db, productIds) };
    },

    async GetStock({ storeId, id, ...request }, call) {
      const by = call.principal();
      const ref = parseRequest(productId, { storeId, id });
      const page = parseRequest(pageMessage, request);
      mayManage(await findStore(db, ref.storeId), by);
      const { stock, movements, metadata } = await readStock(db, ref, page);
      return {
        id: ref.productId,
        ...stock,
        movements: movements.map((movement) => ({ ...movement, at: movement.at.toISOString() })),
        metadata,
      };
    },
  });
