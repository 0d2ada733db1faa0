import type { TokenVerifier } from '@msa-event-market/shared-sdk/auth';
import { connectDatabase } from '@msa-event-market/shared-sdk/db';
import { grpcClient } from '@msa-event-market/shared-sdk/grpc';
import { createService, type Service } from '@msa-event-market/shared-sdk/service';
import { storeQuotes } from './clients/store-quotes.js';
import type { Config } from './config.js';
import { deletionsConsumer } from './consumers/deletions.js';
import { sagaConsumer } from './consumers/saga.js';
import { forgetKeys } from './db/forget-keys.js';
import { orderRepository } from './db/order-repository.js';
import { admission } from './db/pending-orders.js';
import { orderGrpc } from './grpc/order-grpc.js';
import { orderRoutes } from './http/order-routes.js';
import type { Ports } from './use-cases/ports.js';
import { sweepOrders } from './use-cases/sweep-orders.js';

/** What a test may replace. */
export interface Replaced extends Partial<Ports> {
  verifier?: TokenVerifier;
}

/** Every dependency in sight. */
export async function buildApp(config: Config, { verifier, ...replaced }: Replaced = {}): Promise<Service> {
  const db = connectDatabase({
    url: config.DATABASE_URL,
    replicaUrl: config.DATABASE_REPLICA_URL,
    poolSize: config.DATABASE_POOL_SIZE,
  });
  const store = grpcClient('market.store.v1.StoreService', config.STORE_GRPC_URL, { timeoutMs: 2_000 });
  const gate = admission(db, config.MAX_PENDING_ORDERS);
  const ports: Ports = {
    orders: orderRepository(db, { deadlineSeconds: config.ORDER_DEADLINE_SECONDS }),
    quotes: storeQuotes(store),
    admission: gate,
    ...replaced,
  };
  return createService(config, {
    name: 'order',
    db,
    ...(verifier && { verifier }),
    openapi: { title: 'service-order', description: 'Orders, each followed to its end' },
    http: [orderRoutes(db, ports)],
    grpc: [orderGrpc(db, ports)],
    consumers: [sagaConsumer(ports), deletionsConsumer(ports)],
    every: [
      { name: 'sweep orders', seconds: config.SWEEP_SECONDS, run: sweepOrders(ports) },
      { name: 'count pending orders', seconds: 1, run: gate.refresh },
      { name: 'forget idempotency keys', seconds: 3_600, run: () => forgetKeys(db) },
    ],
    onStop: [async () => store.close()],
  });
}
