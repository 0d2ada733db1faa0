import { z } from 'zod';
import { catalogue } from './catalogue.js';
import { amount, currency, id } from './fields.js';

const product = z.object({
  productId: id,
  storeId: id,
  name: z.string(),
  price: z.object({ amount, currency }),
});

/** Topic `product`, keyed by the product's id. */
export const productEvents = catalogue('product', {
  ProductCreated: product,
  ProductUpdated: product,
  ProductDeleted: z.object({ productId: id, storeId: id }),
  /** The owner changed the stock, or it ran out or came back. `quantity` is what is available. */
  ProductQuantityChanged: z.object({ productId: id, storeId: id, quantity: z.int().nonnegative() }),
});
