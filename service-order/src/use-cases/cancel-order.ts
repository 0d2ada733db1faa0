import type { Principal } from '@msa-event-market/shared-sdk/auth';
import type { Order } from '../domain/order.js';
import { mayCancel, reactOrRefuse } from '../domain/requests.js';
import type { Ports } from './ports.js';

/** Stops an order of which nothing has shipped. Twice is one cancel. */
export const cancelOrder =
  ({ orders }: Pick<Ports, 'orders'>) =>
  (id: string, by: Principal): Promise<Order> =>
    orders.change(id, { type: 'Stop', reason: by.role === 'admin' ? 'ADMIN' : 'BUYER' }, (order, trigger) => {
      mayCancel(order, by);
      return reactOrRefuse(order, trigger);
    });
