import type { Principal } from '@msa-event-market/shared-sdk/auth';
import { uuidv7 } from '@msa-event-market/shared-sdk/db';
import { type Item, newProduct, type ProductDetails } from '../domain/product.js';
import { mayManage } from '../domain/store.js';
import type { Ports } from './ports.js';

export const addProduct =
  ({ products }: Ports) =>
  (storeId: string, details: ProductDetails, quantity: number, by: Principal): Promise<Item> =>
    products.add(storeId, (store) => {
      mayManage(store, by);
      return newProduct({ storeId, productId: uuidv7() }, details, { quantity, actor: by.userId });
    });
