import type { TokenVerifier } from '@msa-event-market/shared-sdk/auth';
import { connectDatabase } from '@msa-event-market/shared-sdk/db';
import { createService, type Service } from '@msa-event-market/shared-sdk/service';
import type { Config } from './config.js';
import { deletionsConsumer } from './consumers/deletions.js';
import { reservationsConsumer } from './consumers/reservations.js';
import { productRepository } from './db/product-repository.js';
import { reservationRepository } from './db/reservation-repository.js';
import { storeRepository } from './db/store-repository.js';
import { storeGrpc } from './grpc/store-grpc.js';
import { productRoutes } from './http/product-routes.js';
import { stockRoutes } from './http/stock-routes.js';
import { storeRoutes } from './http/store-routes.js';
import type { Ports } from './use-cases/ports.js';

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
  const ports: Ports = {
    stores: storeRepository(db),
    products: productRepository(db),
    reservations: reservationRepository(),
    ...replaced,
  };

  return createService(config, {
    name: 'store',
    db,
    verifier,
    http: [storeRoutes(db, ports), productRoutes(db, ports), stockRoutes(db, ports)],
    grpc: [storeGrpc(db, ports)],
    consumers: [reservationsConsumer(ports), deletionsConsumer(ports)],
    openapi: {
      title: 'service-store',
      description: 'Stores, their products and what is in stock',
    },
  });
}
