import type { Principal } from '@msa-event-market/shared-sdk/auth';
import type { ProductRef } from '../domain/product.js';
import { mayManage } from '../domain/store.js';
import type { Ports } from './ports.js';

/** Takes the product off sale; orders that hold some of it run on. */
export const deleteProduct =
  ({ products }: Ports) =>
  (ref: ProductRef, by: Principal): Promise<void> =>
    products.delete(ref, (_, store) => mayManage(store, by));
