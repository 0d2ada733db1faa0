import type { Principal } from '@msa-event-market/shared-sdk/auth';
import { uuidv7 } from '@msa-event-market/shared-sdk/db';
import { newStore, type Store, type StoreDetails } from '../domain/store.js';
import type { Ports } from './ports.js';

/** Anybody who is signed in may open stores; whoever opens one owns it. */
export const openStore =
  ({ stores }: Ports) =>
  (details: StoreDetails, by: Principal): Promise<Store> =>
    stores.open(newStore(uuidv7(), by.userId, details));
