import type { Principal } from '@msa-event-market/shared-sdk/auth';
import type { Order } from '../domain/order.js';
import { mayMovePart, reactOrRefuse } from '../domain/requests.js';
import type { Ports } from './ports.js';

/** Notes that a store's part has arrived; the last one makes the order DELIVERED. */
export const deliverOrder =
  ({ orders }: Pick<Ports, 'orders'>) =>
  (id: string, storeId: string, by: Principal): Promise<Order> =>
    orders.change(id, { type: 'Deliver', storeId }, (order, trigger) => {
      mayMovePart(order, storeId, by);
      return reactOrRefuse(order, trigger);
    });
