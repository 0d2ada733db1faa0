import type { Principal } from '@msa-event-market/shared-sdk/auth';
import { mayManage } from '../domain/store.js';
import type { Ports } from './ports.js';

/** Closes the store and takes its products off sale; service-order cancels its orders of which nothing has shipped. */
export const deleteStore =
  ({ stores }: Ports) =>
  (storeId: string, by: Principal): Promise<void> =>
    stores.close(storeId, (store) => mayManage(store, by));
