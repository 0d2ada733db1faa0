import type { Principal } from '@msa-event-market/shared-sdk/auth';
import type { Order } from '../domain/order.js';
import { mayMovePart, reactOrRefuse } from '../domain/requests.js';
import type { Ports } from './ports.js';

/** Notes that a store has shipped its part: the first one ends cancelling, the last makes the order SHIPPED. */
export const shipOrder =
  ({ orders }: Pick<Ports, 'orders'>) =>
  (id: string, storeId: string, by: Principal): Promise<Order> =>
    orders.change(id, { type: 'Ship', storeId }, (order, trigger) => {
      mayMovePart(order, storeId, by);
      return reactOrRefuse(order, trigger);
    });
