import { react } from '../domain/saga.js';
import type { Ports } from './ports.js';

/** Stops orders past their deadline, and those whose buyer or store is gone. Several replicas may sweep at once. */
export const sweepOrders =
  ({ orders }: Pick<Ports, 'orders'>) =>
  async (): Promise<number> => {
    let all = 0;
    for (let n = await orders.sweep(react); n > 0; n = await orders.sweep(react)) all += n;
    return all;
  };
