import { methodsOf } from '../../src/grpc/descriptors.js';
import {
  type Call,
  type GrpcService,
  grpcService,
  type Methods,
  type ResponseOf,
  type Sent,
} from '../../src/grpc/index.js';

export const storeServiceName = 'market.store.v1.StoreService';
export type StoreMethods = Methods<typeof storeServiceName>;

/** A store service of which a test writes only the methods that it calls. */
export function storeService(methods: Partial<StoreMethods>): GrpcService {
  const missing = () => {
    throw new Error('not in this test');
  };
  const all = Object.fromEntries(Object.keys(methodsOf(storeServiceName)).map((name) => [name, missing]));
  return grpcService(storeServiceName, { ...(all as unknown as StoreMethods), ...methods });
}

export const someStore = (id: string): Sent<ResponseOf<typeof storeServiceName, 'GetStore'>> => ({
  store: {
    id,
    ownerId: 'someone',
    name: 'Tea',
    description: 'Leaves',
    status: 'STORE_STATUS_OPEN',
    version: 3,
  },
});

export type { Call };
