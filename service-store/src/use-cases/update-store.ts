import type { Principal } from '@msa-event-market/shared-sdk/auth';
import { mayManage, type Store, type StoreDetails, updateStore as updated } from '../domain/store.js';
import type { Ports } from './ports.js';

export const updateStore =
  ({ stores }: Ports) =>
  (storeId: string, details: StoreDetails, expectedVersion: number, by: Principal): Promise<Store> =>
    stores.change(storeId, (store) => {
      mayManage(store, by);
      return updated(store, details, expectedVersion);
    });
