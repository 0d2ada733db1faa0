import type { Principal } from '@msa-event-market/shared-sdk/auth';
import {
  type Item,
  type ProductDetails,
  type ProductRef,
  updateProduct as updated,
} from '../domain/product.js';
import { mayManage } from '../domain/store.js';
import type { Ports } from './ports.js';

export const updateProduct =
  ({ products }: Ports) =>
  (ref: ProductRef, details: ProductDetails, expectedVersion: number, by: Principal): Promise<Item> =>
    products.change(ref, (item, store) => {
      mayManage(store, by);
      return updated(item, details, expectedVersion);
    });
