import type { Principal } from '@msa-event-market/shared-sdk/auth';
import { changeQuantity as changed, type Item, type ProductRef } from '../domain/product.js';
import { mayManage } from '../domain/store.js';
import type { Ports } from './ports.js';

/** More (`quantity` > 0) or fewer (< 0) pieces on the shelf; what orders hold cannot be taken away. */
export const changeQuantity =
  ({ products }: Ports) =>
  (ref: ProductRef, quantity: number, by: Principal): Promise<Item> =>
    products.change(ref, (item, store) => {
      mayManage(store, by);
      return changed(item, { quantity, actor: by.userId });
    });
